"""The end that is near is a warning and then an error: at 30 days and at 7, and by its own life where that is short."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Severity
from regdoctor.checks.tls.certificate_expires_soon import certificate_expires_soon

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.tls.conftest import Served


@pytest.mark.parametrize(
    ("lifetime", "left", "severity"),
    [
        (365, 30, Severity.WARNING),
        (365, 7.5, Severity.WARNING),
        (365, 7, Severity.ERROR),
        (90, 30, Severity.WARNING),
        (90, 7.5, Severity.WARNING),
        (90, 6.9, Severity.ERROR),
        (47, 29, Severity.WARNING),
        (47, 7, Severity.ERROR),
        (20, 20, Severity.WARNING),
        (5, 5, Severity.ERROR),
        (1, 0.2, Severity.WARNING),
        (1, 0.04, Severity.ERROR),
    ],
)
def test_the_end_is_near(given: Given, served: Served, lifetime: float, left: float, severity: Severity) -> None:
    look = served.look(served.certificate(since=left - lifetime, until=left))
    fail = given.fail(certificate_expires_soon, looks=served.looks(look))
    assert fail.severity is severity
    assert f"{int(left)} day" in fail.message or "hours" in fail.message or "0 hour" in fail.message


@pytest.mark.parametrize(
    ("lifetime", "left", "severity"),
    [(6, 1.4, Severity.WARNING), (6, 0.4, Severity.ERROR), (10, 2.4, Severity.WARNING)],
)
def test_a_public_short_lived_one_is_measured_by_its_life(
    given: Given, served: Served, lifetime: float, left: float, severity: Severity
) -> None:
    leaf = served.certificate(since=left - lifetime, until=left, urls=("http://r.example.com/",))
    assert given.fail(certificate_expires_soon, looks=served.looks(served.look(leaf))).severity is severity


@pytest.mark.parametrize(("lifetime", "left"), [(6.7, 4), (6, 2), (10, 6)])
def test_a_public_short_lived_one_is_healthy_while_it_renews(
    given: Given, served: Served, lifetime: float, left: float
) -> None:
    leaf = served.certificate(since=left - lifetime, until=left, urls=("http://r.example.com/",))
    given.passes(certificate_expires_soon, looks=served.looks(served.look(leaf)))


@pytest.mark.parametrize(("lifetime", "left"), [(365, 31), (3650, 40), (90, 31), (47, 31), (1, 0.5), (365, -1)])
def test_what_renews_by_itself_in_time_is_no_finding(
    given: Given, served: Served, lifetime: float, left: float
) -> None:
    look = served.look(served.certificate(since=left - lifetime, until=left))
    given.passes(certificate_expires_soon, looks=served.looks(look))


def test_an_intermediate_counts_and_a_cross_signed_root_is_no_more_than_a_warning(given: Given, served: Served) -> None:
    crossed = served.authority(served.root, "CN=Old Root", since=-3000, until=3)
    look = served.look(served.certificate(), served.authority(since=-3000, until=3), crossed)
    found = given.fails(certificate_expires_soon, looks=served.looks(look))
    assert [fail.severity for fail in found] == [Severity.ERROR, Severity.WARNING]
    assert served.intermediate in found[0].message


def test_a_root_that_is_served_along_is_not_judged(given: Given, served: Served) -> None:
    root = served.authority(served.root, served.root, since=-3000, until=3)
    look = served.look(served.certificate(), served.authority(), root)
    given.passes(certificate_expires_soon, looks=served.looks(look))


def test_a_certificate_that_signed_itself_is_judged(given: Given, served: Served) -> None:
    look = served.look(served.certificate("CN=me", "CN=me", since=-360, until=5))
    given.fail(certificate_expires_soon, looks=served.looks(look))


def test_where_the_clocks_disagree_on_it_nobody_knows(given: Given, served: Served) -> None:
    look = served.look(served.certificate(until=10), server_ahead=-60)
    assert "the server's" in given.unknown(certificate_expires_soon, looks=served.looks(look))


def test_without_a_certificate_nothing_is_known(given: Given, served: Served) -> None:
    given.unknown(certificate_expires_soon, looks=served.looks(served.broken("alert")))
