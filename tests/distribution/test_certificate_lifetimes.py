"""The days before the end of a certificate, by its lifetime."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regdoctor.distribution.certificate_lifetimes import end_is_near, renewal_overdue


@pytest.mark.parametrize(
    ("lifetime", "overdue", "near"),
    [(3650, 30, 7), (398, 30, 7), (120, 30, 7), (90, 22.5, 7), (48, 12, 4), (6, 1.5, 0.5), (0, 0, 0)],
)
def test_short_lives_are_measured_by_themselves(lifetime: float, overdue: float, near: float) -> None:
    days = timedelta(days=lifetime)
    assert renewal_overdue(days) == timedelta(days=overdue)
    assert end_is_near(days) == timedelta(days=near)


def test_what_omnibus_renews_every_fourth_day_is_not_overdue() -> None:
    assert renewal_overdue(timedelta(days=90)) < timedelta(days=30 - 4)
