"""What has expired is a finding, unless the clocks disagree; above the server's own only where it is in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Fail, Severity, Unknown
from regdoctor.checks.tls.certificate_expired import certificate_expired
from regdoctor.evidence.exchange import Failure, FailureKind
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.tls.conftest import Served

ABOVE = (10, "certificate has expired", 1)


def test_the_servers_own_is_a_finding_whatever_else_is_wrong(given: Given, served: Served) -> None:
    look = served.look(served.certificate(until=-1), distrust=(18, "self-signed certificate", 0))
    fail = given.fail(certificate_expired, looks=served.looks(look))
    assert "expired on 2026-05-31 12:00:00 UTC" in fail.message
    assert fail.severity is None


@pytest.mark.parametrize("ahead", [-2, 2.5])
def test_where_the_clocks_disagree_on_it_nobody_knows(given: Given, served: Served, ahead: float) -> None:
    look = served.look(served.certificate(until=-1 if ahead < 0 else 1), server_ahead=ahead)
    reason = given.unknown(certificate_expired, looks=served.looks(look))
    assert "2026-06-01 12:00:00" in reason
    assert "the server's" in reason


@pytest.mark.parametrize("ahead", [None, 0.003, -0.003, 30])
def test_a_server_clock_that_changes_nothing_does_not_count(given: Given, served: Served, ahead: float | None) -> None:
    look = served.look(served.certificate(until=-1), server_ahead=ahead)
    given.fail(certificate_expired, looks=served.looks(look))


@pytest.mark.parametrize("date", [1e30, -1e30, float("nan"), float("inf")])
def test_a_server_date_beyond_the_calendar_does_not_count(given: Given, served: Served, date: float) -> None:
    look = served.look(served.certificate(until=-1), server_date=date)
    given.fail(certificate_expired, looks=served.looks(look))


def test_an_intermediate_in_the_way_is_a_finding(given: Given, served: Served) -> None:
    look = served.look(served.certificate(), served.authority(until=-1), distrust=ABOVE)
    fail = given.fail(certificate_expired, looks=served.looks(look))
    assert served.intermediate in fail.message
    assert fail.severity is None


@pytest.mark.parametrize(
    ("distrust", "severity"),
    [(None, Severity.INFO), ((20, "unable to get local issuer certificate", 1), Severity.WARNING)],
)
def test_one_that_is_served_along_weighs_less(
    given: Given, served: Served, distrust: tuple[int, str, int] | None, severity: Severity
) -> None:
    old_root = served.authority(served.root, "CN=Old Root", until=-400)
    look = served.look(served.certificate(), served.authority(), old_root, distrust=distrust)
    fail = given.fail(certificate_expired, looks=served.looks(look))
    assert fail.severity is severity
    assert served.root in fail.message


def test_an_expired_root_of_the_store_is_a_finding(given: Given, served: Served) -> None:
    fail = given.fail(certificate_expired, looks=served.looks(served.look(distrust=(10, "has expired", 2))))
    assert "this host's store" in fail.message


def test_an_intermediate_on_which_the_clocks_disagree_is_unknown(given: Given, served: Served) -> None:
    look = served.look(served.certificate(), served.authority(until=-1), distrust=ABOVE, server_ahead=-2)
    outcomes = given.outcomes(certificate_expired, looks=served.looks(look))
    assert [type(outcome) for outcome in outcomes] == [Unknown]


def test_each_server_is_judged(given: Given, served: Served) -> None:
    good = served.look(url="https://gitlab.example.com", whose="token service")
    bad = served.look(served.certificate(until=-1))
    assert len(given.outcomes(certificate_expired, looks=served.looks(bad, good))) == 2
    assert len(given.fails(certificate_expired, looks=served.looks(bad, good))) == 1


def test_without_a_certificate_nothing_is_known(given: Given, served: Served) -> None:
    given.unknown(certificate_expired, looks=served.looks(served.broken("alert")))


def test_a_recorder_that_refuses_it_for_that_is_told_in_traffic_and_for_anything_else_not() -> None:
    def refused(words: str) -> list[Fail]:
        failure = Failure(FailureKind.TLS, f"Certificate verify failed: {words}")
        return seen(certificate_expired, exchanged("GET /v2/", None, (), failure=failure))

    [fail] = refused("certificate has expired")
    assert "unless that clock is wrong" in fail.message
    assert fail.resource == "https://registry.example.com"
    assert "certificate has expired" in fail.evidence[-1].quote
    assert not refused("certificate is not yet valid")
    assert not seen(certificate_expired, exchanged("GET /v2/", 200))
