"""What the registry has of an upload against what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from regdoctor.check import Severity
from regdoctor.checks.registry.upload_out_of_step import upload_out_of_step
from regdoctor.distribution.upload_states import UploadState, cleaned_upload_state
from regdoctor.evidence.recorded import Recorded
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import errors, exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given

UPLOAD = "/v2/a/blobs/uploads/u"


def at(offset: int) -> str:
    return f"{UPLOAD}?_state={cleaned_upload_state(UploadState('a', 'u', offset, None))}"


def said(request: str, offset: int, status: int = 202, **more: Any) -> Recorded:
    leads = ("Location", at(offset))
    return exchanged(request, status, (leads, ("Range", f"0-{max(0, offset - 1)}")), **more)


START = said("POST /v2/a/blobs/uploads/", 0)


def test_pieces_that_add_up_are_not_told() -> None:
    first, second = said(f"PATCH {at(0)}", 10, request_size=10), said(f"PATCH {at(10)}", 25, request_size=15)
    assert not seen(upload_out_of_step, START, first, second, exchanged(f"PUT {at(25)}&digest=sha256:1", 201))


def test_the_state_of_an_answer_to_get_begins_at_0_and_is_not_told() -> None:
    status = said(f"GET {at(10)}", 0, 204)
    assert not seen(upload_out_of_step, START, said(f"PATCH {at(0)}", 10, request_size=10), status)
    assert not seen(upload_out_of_step, status, said(f"PATCH {at(0)}", 10, request_size=20))


def test_bytes_that_are_lost_are_told() -> None:
    first, second = said(f"PATCH {at(0)}", 10, request_size=10), said(f"PATCH {at(10)}", 15, request_size=15)
    [fail] = seen(upload_out_of_step, START, first, second)

    assert "had 10 bytes of an upload, took 15 more, and has 15" in fail.message
    assert fail.severity is Severity.ERROR


@pytest.mark.parametrize("more", [{"cut_off_early": True}, {"request_size": None}, {"request_size": 0}])
def test_a_piece_that_was_not_sent_whole_or_of_unknown_size_is_not_told(more: dict[str, Any]) -> None:
    assert not seen(upload_out_of_step, START, said(f"PATCH {at(0)}", 5, **{"request_size": 10, **more}))


@pytest.mark.parametrize("code", ["RANGE_INVALID", "CONTENT_RANGE_INVALID"])
def test_a_range_that_is_refused_is_told(code: str) -> None:
    first = said(f"PATCH {at(0)}", 10, request_size=10)
    [fail] = seen(upload_out_of_step, START, first, exchanged(f"PATCH {at(0)}", 416, body=errors(code, "invalid")))

    assert "of which it has 10 bytes by its last answer" in fail.message
    assert not seen(upload_out_of_step, START, exchanged(f"PATCH {at(0)}", 416, body=b"<html>"))


def test_a_wrong_offset_of_distribution_2_is_told_and_a_signature_is_not() -> None:
    refused = errors("BLOB_UPLOAD_INVALID", "blob upload invalid")
    signature = {"errors": [{"code": "BLOB_UPLOAD_INVALID", "message": "blob upload invalid", "detail": {}}]}

    assert len(seen(upload_out_of_step, START, exchanged(f"PATCH {at(0)}", 404, body=refused))) == 1
    assert not seen(upload_out_of_step, START, exchanged(f"PATCH {at(0)}", 404, body=signature))
    assert not seen(upload_out_of_step, START, exchanged(f"PATCH {UPLOAD}", 404, body=refused))


def test_without_a_recording_it_is_skipped(given: Given) -> None:
    assert "regdoctor capture" in given.skips(upload_out_of_step)
