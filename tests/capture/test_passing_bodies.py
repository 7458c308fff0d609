"""Which bodies pass piece by piece, and what is known of them afterwards."""

from __future__ import annotations

import hashlib

import pytest

from regdoctor.capture.passing_bodies import KEPT, PassingOn, Tap, is_taken, request_tap, response_tap, tap_of

_UPLOAD = "/v2/group/app/blobs/uploads/11111111-2222-3333-4444-555555555555?_state=x"
_BLOB = f"/v2/group/app/blobs/sha256:{'a' * 64}"
_MANIFEST = "/v2/group/app/manifests/1.0"


def test_a_tap_counts_hashes_and_keeps_what_went_by_whole() -> None:
    tap = Tap(keep=True, digest=True)
    for piece in (b"one", b"two", b""):
        tap.take(piece)
    assert (tap.size, tap.kept) == (6, b"onetwo")
    assert tap.digest == f"sha256:{hashlib.sha256(b'onetwo').hexdigest()}"


def test_of_a_body_that_broke_off_there_is_a_size_and_no_digest() -> None:
    tap = Tap(keep=True, digest=True)
    tap.take(b"one")
    assert (tap.size, tap.kept, tap.digest) == (3, None, "")


def test_a_body_that_grows_too_long_is_let_go() -> None:
    tap = Tap(keep=True, digest=False)
    for piece in (b"x" * KEPT, b"x", b""):
        tap.take(piece)
    assert (tap.size, tap.kept) == (KEPT + 1, None)


@pytest.mark.parametrize(
    ("method", "path", "headers", "streams"),
    [
        ("PATCH", _UPLOAD, {"transfer-encoding": "chunked"}, True),
        ("PATCH", _UPLOAD, {"content-length": "3"}, True),
        ("PUT", _MANIFEST, {"content-length": "600"}, False),
        ("PUT", _MANIFEST, {"transfer-encoding": "chunked"}, True),
        ("PUT", "/bucket/object", {"content-length": "900000000"}, True),
        ("PUT", "/bucket/object", {"content-length": "9" * 5000}, True),
        ("GET", _BLOB, {}, False),
    ],
)
def test_requests_stream_unless_they_are_small(method: str, path: str, headers: dict[str, str], streams: bool) -> None:
    assert (request_tap(method, path, headers, digests=True) is not None) == streams


@pytest.mark.parametrize(
    ("method", "path", "status", "headers", "streams"),
    [
        ("GET", _BLOB, 200, {"content-length": "12"}, True),
        ("GET", _BLOB, 404, {"content-length": "120"}, False),
        ("GET", _MANIFEST, 200, {"content-length": "700"}, False),
        ("GET", "/jwt/auth?scope=x", 200, {"transfer-encoding": "chunked"}, True),
        ("GET", "/anything", 200, {}, True),
        ("HEAD", _BLOB, 200, {"content-length": "900000000"}, False),
        ("GET", "/-/cable", 101, {}, False),
        ("GET", _BLOB, 304, {}, False),
    ],
)
def test_responses_stream_unless_they_are_small(
    method: str, path: str, status: int, headers: dict[str, str], streams: bool
) -> None:
    assert (response_tap(method, path, status, headers, digests=True) is not None) == streams


def test_layers_are_hashed_and_never_kept() -> None:
    for tap in (
        request_tap("PATCH", _UPLOAD, {"content-length": "3"}, digests=True),
        response_tap("GET", _BLOB, 200, {"content-length": "3"}, digests=True),
    ):
        assert tap is not None
        tap.take(b"abc")
        tap.take(b"")
        assert tap.kept is None
        assert tap.digest == f"sha256:{hashlib.sha256(b'abc').hexdigest()}"


def test_no_digest_is_worked_out_of_a_part_nor_of_an_encoded_body_nor_when_switched_off() -> None:
    length = {"content-length": "3"}
    for tap in (
        response_tap("GET", _BLOB, 206, length, digests=True),
        response_tap("GET", _BLOB, 200, {**length, "content-encoding": "gzip"}, digests=True),
        request_tap("PATCH", _UPLOAD, length, digests=False),
    ):
        assert tap is not None
        tap.take(b"abc")
        tap.take(b"")
        assert tap.digest == ""


def test_what_is_released_is_held_no_longer() -> None:
    tap = Tap(keep=True, digest=False)
    tap.take(b"abc")
    tap.take(b"")
    assert (tap.release(), tap.kept, tap.size) == (b"abc", None, 3)


def test_bytes_pass_on_unchanged_though_the_tap_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    reports: list[str] = []
    tap = Tap(keep=True, digest=True)
    monkeypatch.setattr(tap, "_hash", None)
    monkeypatch.setattr(tap, "_kept", 0)
    stream = PassingOn(tap, lambda: reports.append("told"))
    assert [stream(piece) for piece in (b"abc", b"")] == [b"abc", b""]
    assert reports == ["told", "told"]


def test_our_own_stream_is_told_from_that_of_others() -> None:
    tap = Tap(keep=False, digest=False)
    ours = PassingOn(tap, lambda: None)
    assert (tap_of(ours), is_taken(ours)) == (tap, False)
    assert (tap_of(bytes.upper), is_taken(bytes.upper)) == (None, True)
    assert (tap_of(True), is_taken(True), is_taken(False)) == (None, False, False)
