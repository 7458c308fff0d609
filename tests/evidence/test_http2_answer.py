"""Two looks that fail alike are a fault; one, or two that differ, are not."""

from __future__ import annotations

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.http2_answer import Http2Answer, Http2End, Http2Look

RESET, GOAWAY, ANSWERED = Http2End.RESET, Http2End.GOAWAY, Http2End.ANSWERED


@pytest.mark.parametrize(
    ("ends", "alike"),
    [
        ([(RESET, "CANCEL"), (RESET, "CANCEL")], True),
        ([(RESET, "CANCEL"), (RESET, "PROTOCOL_ERROR")], False),
        ([(RESET, "CANCEL"), (GOAWAY, "CANCEL")], False),
        ([(RESET, "CANCEL")], False),
        ([(ANSWERED, "")], False),
        ([(RESET, "CANCEL"), (ANSWERED, "")], False),
    ],
)
def test_failing_alike(ends: list[tuple[Http2End, str]], alike: bool) -> None:
    looks = tuple(Http2Look(Exchange("GET", "https://r/v2/"), end, code) for end, code in ends)
    answer = Http2Answer(Endpoint("https://r", Quote("a", "b")), looks)
    assert answer.fails_alike is alike
    assert (answer.last.end, answer.last.code) == ends[-1]
