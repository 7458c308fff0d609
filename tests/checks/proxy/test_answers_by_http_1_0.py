"""Answers of HTTP/1.0 are told of registries in Go alone, to requests of a later version."""

from __future__ import annotations

import pytest

from regdoctor.check import Skip
from regdoctor.checks.proxy.answers_by_http_1_0 import answers_by_http_1_0
from regdoctor.distribution.upload_states import UploadState, cleaned_upload_state
from regdoctor.injection import Absent
from tests.checks.seen_in_traffic import seen, told
from tests.traffic.seen_exchanges import API, exchanged

STATE = cleaned_upload_state(UploadState("a", "u", 0, None))
PATCH = f"PATCH /v2/a/blobs/uploads/u?_state={STATE}"
NEXT = (*API, ("Location", f"/v2/a/blobs/uploads/u?_state={STATE}"), ("Range", "0-9"))


def test_a_piece_that_is_answered_by_http_1_0_is_told() -> None:
    [fail] = seen(
        answers_by_http_1_0, exchanged(PATCH, 202, NEXT, http_version="HTTP/1.1", response_version="HTTP/1.0")
    )

    assert fail.resource == "https://registry.example.com"
    assert any("asked by HTTP/1.1, answered by HTTP/1.0" in one.quote for one in fail.evidence)


@pytest.mark.parametrize(
    ("request_line", "asked", "answered"),
    [
        (PATCH, "HTTP/1.1", "HTTP/1.1"),
        (PATCH, "HTTP/1.0", "HTTP/1.0"),
        (PATCH, "HTTP/1.1", ""),
        (PATCH, "HTTP/2.0", "HTTP/2.0"),
        ("GET /v2/", "HTTP/1.1", "HTTP/1.0"),
        ("PATCH /v2/a/blobs/uploads/u", "HTTP/1.1", "HTTP/1.0"),
    ],
)
def test_a_registry_that_may_speak_so_itself_and_later_versions_are_none(
    request_line: str, asked: str, answered: str
) -> None:
    calls = exchanged(request_line, 202, API, http_version=asked, response_version=answered)
    assert not seen(answers_by_http_1_0, calls)


def test_the_recorder_s_own_answer_is_none() -> None:
    call = exchanged(PATCH, 502, (), http_version="HTTP/1.1", response_version="HTTP/1.0", by_recorder="closed")
    assert not seen(answers_by_http_1_0, call)


def test_without_a_recording_it_is_skipped() -> None:
    [outcome] = told(answers_by_http_1_0, Absent("no recording", applicable=False))
    assert isinstance(outcome, Skip)
