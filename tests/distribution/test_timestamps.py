"""Moments are shown in UTC, to the second; what no calendar holds stays a number."""

from __future__ import annotations

import pytest

from regdoctor.distribution.timestamps import timestamp


@pytest.mark.parametrize(
    ("epoch", "shown"),
    [(0, "1970-01-01T00:00:00Z"), (1451418655.9, "2015-12-29T19:50:55Z"), (253402300799, "9999-12-31T23:59:59Z")],
)
def test_a_moment_is_rfc_3339_in_utc(epoch: float, shown: str) -> None:
    assert timestamp(epoch) == shown


@pytest.mark.parametrize("epoch", [1e18, -1e18, float("inf"), float("nan")])
def test_what_no_calendar_holds_stays_a_number(epoch: float) -> None:
    assert timestamp(epoch) == f"{epoch:g}"
