"""A trial push: what is asked in which order, as whom, for how long, and what is noted before it is done."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.trial_push import Manner
from regdoctor.http import Http
from regdoctor.probes.ledger import Ledger
from tests.probes.fake_registry import Answer, FakeRegistry, Seen, fake_registry
from tests.probes.trial_pushes import BASIC, LOGIN, push

AUTHORIZATION = f"Basic {base64.b64encode(b'alice:correct horse').decode()}"
REMOVAL = ["DELETE manifests/digest", "DELETE manifests/tag", "DELETE blobs/digest", "DELETE blobs/digest"]


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    """A fake registry."""
    with fake_registry() as started:
        yield started


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger of this test's own."""
    return Ledger(tmp_path / "state/ledger.json")


@pytest.mark.parametrize("manner", list(Manner))
def test_it_asks_as_docker_does(registry: FakeRegistry, ledger: Ledger, door: Http, manner: Manner) -> None:
    found = push(registry.url, ledger, door, manner=manner, size=200_000, source=BASIC)

    send = ["PUT blobs/uploads/upload"]
    if manner is Manner.CHUNKED:
        send.insert(0, "PATCH blobs/uploads/upload")
    blob = ["HEAD blobs/digest", "POST blobs/uploads/", *send, "HEAD blobs/digest"]
    image = ["PUT manifests/tag", "GET manifests/tag", "GET blobs/digest"]
    login = ["GET /v2/"]  # whether it is taken
    assert registry.asked() == [*login, *blob, *blob, *image, *REMOVAL[:1], "DELETE manifests/tag", *REMOVAL[2:]]
    assert (found.stopped, found.succeeded) == ("", True)
    assert len(found.exchanges) == 2 * len(blob) + 3
    assert {one.headers["Authorization"] for one in registry.seen} == {AUTHORIZATION}
    assert (registry.blobs, registry.manifests, registry.uploads) == ({}, {}, {})
    assert ledger.entries(registry.url) == ()
    (layer,) = (one for one in registry.seen if len(one.body) == 200_000)
    announced = layer.headers.get("Content-Length"), layer.headers.get("Transfer-Encoding")
    assert announced == (("200000", None) if manner is Manner.MONOLITHIC else (None, "chunked"))


def test_all_is_noted_before_it_is_done(registry: FakeRegistry, ledger: Ledger, door: Http) -> None:
    noted: list[tuple[str, list[str]]] = []

    def look(one: Seen) -> Answer | None:
        if one.method in ("PATCH", "PUT"):
            noted.append((one.method, sorted(entry.kind for entry in ledger.entries(registry.url))))
        return None

    registry.instead = look
    assert push(registry.url, ledger, door).succeeded
    layer = [("PATCH", ["blob", "upload"]), ("PUT", ["blob", "upload"])]
    config = [("PATCH", ["blob", "blob", "upload"]), ("PUT", ["blob", "blob", "upload"])]
    assert noted == [*layer, *config, ("PUT", ["blob", "blob", "manifest", "tag"])]


def test_a_token_that_ran_out_is_renewed_once(registry: FakeRegistry, ledger: Ledger, door: Http) -> None:
    good: set[str] = set()
    given = [0]

    def guard(one: Seen) -> Answer | None:
        if one.path.startswith("/jwt"):
            given[0] += 1
            name = f"token-{given[0] - 1}"
            good.add(f"Bearer {name}")
            return 200, {}, f'{{"token": "{name}"}}'.encode()
        if one.method == "PATCH" and given[0] == 2:  # the first was for no scope
            good.clear()
        return None if one.headers.get("Authorization") in good else (401, {}, b"")

    registry.instead = guard
    source = TokenSource(True, registry.url, f"{registry.url}/jwt", "r", login=LOGIN)
    found = push(registry.url, ledger, door, source=source)
    assert found.succeeded
    assert [exchange.status for exchange in found.exchanges if exchange.method == "PATCH"] == [401, 202, 202]

    registry.instead = lambda one: (401, {}, b"") if one.method == "PATCH" else guard(one)
    again = push(registry.url, ledger, door, source=source)
    assert [exchange.status for exchange in again.exchanges if exchange.method == "PATCH"] == [401, 401]
    assert "got 401" in again.stopped


def test_without_a_token_nothing_is_sent(registry: FakeRegistry, ledger: Ledger, door: Http) -> None:
    found = push(registry.url, ledger, door, source=TokenSource(True, registry.url, "", "r"))
    assert "the registry wants a token" in found.stopped
    assert (found.exchanges, found.left, registry.seen) == ((), (), [])


def test_a_server_that_says_nothing_costs_no_more_than_the_deadline(
    registry: FakeRegistry, ledger: Ledger, door: Http
) -> None:
    over = threading.Event()

    def hang(one: Seen) -> Answer | None:
        if one.method in ("PATCH", "DELETE"):
            over.wait(20)
        return None

    registry.instead = hang
    began = time.monotonic()
    found = push(registry.url, ledger, door, deadline=2.0)
    over.set()
    assert time.monotonic() - began < 10
    assert found.last is not None
    assert found.last.method == "PATCH"
    assert "still waiting for the response" in found.stopped
    assert len(found.left) == 2  # the upload, and the blob that it may have become
    assert sorted(entry.kind for entry in ledger.entries(registry.url)) == ["blob", "upload"]


def test_a_ledger_that_breaks_on_the_way_ends_the_push(
    registry: FakeRegistry, ledger: Ledger, door: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = Ledger.add

    def full(self: Ledger, entry: Any) -> None:
        if entry.kind == "manifest":
            raise OSError(28, "No space left on device")
        add(self, entry)

    monkeypatch.setattr(Ledger, "add", full)
    found = push(registry.url, ledger, door)
    assert "cannot be kept: [Errno 28] No space left on device" in found.stopped
    assert (registry.blobs, registry.manifests) == ({}, {})


def test_what_cannot_be_pushed_or_noted_is_refused_before_anything_is_sent(
    registry: FakeRegistry, ledger: Ledger, door: Http, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="cannot be a repository"):
        push(registry.url, ledger, door, repository="../x")
    with pytest.raises(ValueError, match="at least 1024 bytes"):
        push(registry.url, ledger, door, size=1)
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        push(registry.url, Ledger(tmp_path / "file/ledger.json"), door)
    assert registry.seen == []
