"""Whose fault a digest is that the registry does not find."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from regdoctor.checks.registry.upload_digest_differs import upload_digest_differs
from regdoctor.evidence.recorded import Recorded
from tests.checks.seen_in_traffic import DIGEST, seen
from tests.traffic.seen_exchanges import errors, exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given

OTHER = "sha256:" + "cd" * 32
UPLOAD = "/v2/a/blobs/uploads/u"
START = exchanged("POST /v2/a/blobs/uploads/", 202, (("Location", UPLOAD),))


def piece(digest: str) -> Recorded:
    return exchanged(f"PATCH {UPLOAD}", 202, request_digest=digest, request_size=10)


def refused(**more: Any) -> Recorded:
    return exchanged(f"PUT {UPLOAD}?digest={DIGEST}", 400, body=errors("DIGEST_INVALID", "digest invalid"), **more)


def test_right_bytes_are_the_fault_of_what_is_behind() -> None:
    for calls in ((START, piece(DIGEST), refused(request_size=0)), (START, refused(request_digest=DIGEST))):
        [fail] = seen(upload_digest_differs, *calls)
        assert fail.message.endswith("were lost behind the recorder")
        assert fail.failure_modes == ("FS-03",)


def test_wrong_bytes_are_the_fault_of_what_is_before() -> None:
    [fail] = seen(upload_digest_differs, START, piece(OTHER), refused())
    assert fail.message.endswith(f"are those of {OTHER}")
    assert fail.failure_modes == ("PROXY-20",)


def test_several_pieces_and_a_recording_that_begins_later_tell_nobodys() -> None:
    for calls in ((START, piece(OTHER), piece(OTHER), refused()), (piece(OTHER), refused()), (START, refused())):
        [fail] = seen(upload_digest_differs, *calls)
        assert fail.message.endswith("is not in the recording")


def test_a_piece_that_was_answered_before_its_end_tells_nobodys() -> None:
    [fail] = seen(upload_digest_differs, START, refused(request_digest=OTHER, cut_off_early=True))
    assert fail.message.endswith("is not in the recording")


@pytest.mark.parametrize("named", ["", "?digest=", "?digest=sha256:12", "?digest=md5:12"])
def test_a_digest_that_is_missing_or_malformed_is_not_told(named: str) -> None:
    refusal = exchanged(f"PUT {UPLOAD}{named}", 400, body=errors("DIGEST_INVALID", "digest parsing failed"))
    assert not seen(upload_digest_differs, START, piece(DIGEST), refusal)


def test_an_upload_that_is_taken_and_another_refusal_are_not_told() -> None:
    other = exchanged(f"PUT {UPLOAD}?digest={DIGEST}", 400, body=errors("NAME_INVALID", "x"))
    assert not seen(upload_digest_differs, START, piece(DIGEST), exchanged(f"PUT {UPLOAD}?digest={DIGEST}", 201), other)


def test_without_a_recording_it_is_skipped(given: Given) -> None:
    assert "regdoctor capture" in given.skips(upload_digest_differs)
