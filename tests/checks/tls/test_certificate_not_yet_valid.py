"""What is not valid yet is a finding, unless the server's clock says that this machine's is behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.check import Fail
from regdoctor.checks.tls.certificate_not_yet_valid import certificate_not_yet_valid
from regdoctor.evidence.exchange import Failure, FailureKind
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.tls.conftest import Served


def test_a_first_day_to_come_is_a_finding(given: Given, served: Served) -> None:
    fail = given.fail(certificate_not_yet_valid, looks=served.looks(served.look(served.certificate(since=1))))
    assert "valid from 2026-06-02 12:00:00 UTC on" in fail.message


def test_where_the_clocks_disagree_on_it_nobody_knows(given: Given, served: Served) -> None:
    look = served.look(served.certificate(since=1), server_ahead=3)
    assert "2026-06-04" in given.unknown(certificate_not_yet_valid, looks=served.looks(look))


def test_an_intermediate_in_the_way_is_a_finding_and_another_is_not(given: Given, served: Served) -> None:
    chain = (served.certificate(), served.authority(since=1))
    refused = served.look(*chain, distrust=(9, "certificate is not yet valid", 1))
    assert served.intermediate in given.fail(certificate_not_yet_valid, looks=served.looks(refused)).message
    given.passes(certificate_not_yet_valid, looks=served.looks(served.look(*chain)))


def test_without_a_certificate_nothing_is_known(given: Given, served: Served) -> None:
    given.unknown(certificate_not_yet_valid, looks=served.looks(served.broken("alert")))


def test_a_recorder_that_refuses_it_for_that_is_told_in_traffic_and_for_anything_else_not() -> None:
    def refused(words: str) -> list[Fail]:
        failure = Failure(FailureKind.TLS, f"Certificate verify failed: {words}")
        return seen(certificate_not_yet_valid, exchanged("GET /v2/", None, (), failure=failure))

    [fail] = refused("certificate is not yet valid")
    assert "unless that clock is behind" in fail.message
    assert fail.resource == "https://registry.example.com"
    assert "certificate is not yet valid" in fail.evidence[-1].quote
    assert not refused("certificate has expired")
    assert not seen(certificate_not_yet_valid, exchanged("GET /v2/", 200))
