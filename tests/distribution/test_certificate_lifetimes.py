"""The days before the end of a certificate: 30 and 7, and less for those that are short by design."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regdoctor.distribution.certificate_lifetimes import end_is_near, renewal_overdue


@pytest.mark.parametrize("has_issuer_url", [True, False])
@pytest.mark.parametrize("lifetime", [3650, 398, 90, 47, 20, 10.1])
def test_it_is_30_days_and_7_of_any_lifetime(lifetime: float, has_issuer_url: bool) -> None:
    days = timedelta(days=lifetime)
    assert renewal_overdue(days, has_issuer_url=has_issuer_url) == timedelta(days=30)
    assert end_is_near(days, has_issuer_url=has_issuer_url) == timedelta(days=7)


@pytest.mark.parametrize(
    ("lifetime", "has_issuer_url", "overdue", "near"),
    [(10, True, 2.5, 10 / 12), (6, True, 1.5, 0.5), (2, False, 0.5, 1 / 6), (1, True, 0.25, 1 / 12), (0, False, 0, 0)],
)
def test_short_lives_by_design_are_measured_by_themselves(
    lifetime: float, has_issuer_url: bool, overdue: float, near: float
) -> None:
    days = timedelta(days=lifetime)
    assert renewal_overdue(days, has_issuer_url=has_issuer_url) == timedelta(days=overdue)
    assert end_is_near(days, has_issuer_url=has_issuer_url) == timedelta(days=near)


@pytest.mark.parametrize("lifetime", [2.1, 5, 10])
def test_short_without_an_authority_that_says_where_it_is_is_somebodys_own(lifetime: float) -> None:
    assert end_is_near(timedelta(days=lifetime), has_issuer_url=False) == timedelta(days=7)
