"""What uploads of growing size tell."""

from __future__ import annotations

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.upload_limit import TimedBody, UploadLimit, is_cut, refuses_size

MIB = 1 << 20
AT = Endpoint("https://r.example.com", Quote("", ""))
TOO_LARGE = Exchange("PATCH", "https://r.example.com/", status=413)
CUT = Exchange("PATCH", "https://r.example.com/", failure=Failure(FailureKind.RESET, "closed"))


@pytest.mark.parametrize(("let_in", "refused", "limit"), [(5, 6, 5), (5, 9, None), (5, None, None), (0, 1, 0)])
def test_the_limit_is_known_where_nothing_lies_between(let_in: int, refused: int | None, limit: int | None) -> None:
    assert UploadLimit(AT, 0, let_in, refused, TOO_LARGE).limit == limit


def test_a_refusal_is_an_answer_or_a_connection_that_was_cut() -> None:
    assert UploadLimit(AT, 0, 0, 1, CUT).is_cut
    assert not UploadLimit(AT, 0, 0, 1, TOO_LARGE).is_cut
    assert not UploadLimit(AT, 0, 0).is_cut


@pytest.mark.parametrize(
    ("exchange", "refuses", "cut"),
    [
        (TOO_LARGE, True, False),
        (CUT, False, True),
        (Exchange("PATCH", "x", status=413, failure=CUT.failure), True, False),
        (Exchange("PATCH", "x", status=403), False, False),
        (Exchange("PATCH", "x", failure=Failure(FailureKind.TIMEOUT, "late")), False, False),
    ],
)
def test_only_413_is_about_size_and_only_a_close_is_a_cut(exchange: Exchange, refuses: bool, cut: bool) -> None:
    assert (refuses_size(exchange), is_cut(exchange)) == (refuses, cut)


@pytest.mark.parametrize(
    ("timed", "speed"),
    [
        ((), None),
        ((TimedBody(2 * MIB, 1.0),), None),
        ((TimedBody(8 * MIB, 2.0),), 4 * MIB),
        ((TimedBody(8 * MIB, 0.0),), None),
        ((TimedBody(4 * MIB, 3.0), TimedBody(8 * MIB, 4.0)), 4 * MIB),
        ((TimedBody(4 * MIB, 0.5), TimedBody(8 * MIB, 4.0)), 2 * MIB),
        ((TimedBody(4 * MIB, 3.97), TimedBody(8 * MIB, 4.0)), 2 * MIB),
        ((TimedBody(4 * MIB, 6.0), TimedBody(8 * MIB, 4.0)), 2 * MIB),
    ],
    ids=["none", "small", "one", "no-time", "slow-start", "slower-later", "by-chance", "faster-later"],
)
def test_the_speed_is_that_of_the_largest_body_or_of_what_it_took_more(
    timed: tuple[TimedBody, ...], speed: float | None
) -> None:
    assert UploadLimit(AT, 0, 0, timed=timed).speed == speed
