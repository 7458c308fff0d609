"""The host that is asked for must be among the names, and a wildcard stands for one label."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Fail
from regdoctor.checks.tls.certificate_wrong_name import certificate_wrong_name
from regdoctor.evidence.exchange import Failure, FailureKind
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.tls.conftest import Served


@pytest.mark.parametrize(
    ("url", "names", "addresses"),
    [
        ("https://a.example.com", ("b.example.com",), ()),
        ("https://a.b.example.com", ("*.example.com",), ()),
        ("https://example.com", ("*.example.com",), ()),
        ("https://10.0.0.1", ("10.0.0.1",), ()),
        ("https://10.0.0.1", (), ("10.0.0.2",)),
        ("https://a.example.com", (), ()),
    ],
)
def test_a_host_that_no_name_covers_is_a_finding(
    given: Given, served: Served, url: str, names: tuple[str, ...], addresses: tuple[str, ...]
) -> None:
    look = served.look(served.certificate(names=names, addresses=addresses), url=url)
    fail = given.fail(certificate_wrong_name, looks=served.looks(look))
    assert look.endpoint.host in fail.message
    assert ("one label" in fail.message) == ("*.example.com" in names)


@pytest.mark.parametrize(
    ("url", "names", "addresses"),
    [
        ("https://a.example.com", ("*.example.com",), ()),
        ("https://a.example.com:5050", ("x", "A.Example.com"), ()),
        ("https://[2001:db8::1]", (), ("2001:db8:0::1",)),
    ],
)
def test_a_host_that_is_covered_passes(
    given: Given, served: Served, url: str, names: tuple[str, ...], addresses: tuple[str, ...]
) -> None:
    look = served.look(served.certificate(names=names, addresses=addresses), url=url)
    given.passes(certificate_wrong_name, looks=served.looks(look))


def test_of_very_many_names_the_first_are_told(given: Given, served: Served) -> None:
    names = tuple(f"h{number}.example.org" for number in range(9000))
    message = given.fail(
        certificate_wrong_name, looks=served.looks(served.look(served.certificate(names=names)))
    ).message
    assert "8995 more" in message
    assert len(message) < 400


def test_without_subject_alternative_names_the_other_check_speaks(given: Given, served: Served) -> None:
    look = served.look(served.certificate(san=False, names=()))
    assert "certificate_without_san" in given.skips(certificate_wrong_name, looks=served.looks(look))


def test_without_a_certificate_nothing_is_known(given: Given, served: Served) -> None:
    given.unknown(certificate_wrong_name, looks=served.looks(served.broken("alert")))


def test_a_recorder_that_refuses_it_for_that_is_told_in_traffic_and_for_anything_else_not() -> None:
    def refused(words: str) -> list[Fail]:
        failure = Failure(FailureKind.TLS, f"Certificate verify failed: {words}")
        return seen(certificate_wrong_name, exchanged("GET /v2/", None, (), failure=failure))

    [fail] = refused("hostname mismatch")
    assert "does not list registry.example.com" in fail.message
    assert fail.resource == "https://registry.example.com"
    assert "hostname mismatch" in fail.evidence[-1].quote
    assert not refused("self-signed certificate")
    assert not seen(certificate_wrong_name, exchanged("GET /v2/", 200))
