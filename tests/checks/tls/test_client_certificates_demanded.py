"""http.tls.clientcas, or what stands before the registry, shuts out every client without a certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail, Pass, Quote, Severity
from regdoctor.checks.tls.client_certificates_demanded import client_certificates_demanded
from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.evidence.product import Generation

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.tls.conftest import Served

PAIR = "http:\n  tls:\n    certificate: /a.crt\n    key: /a.key\n"
DEMANDED = f"{PAIR}    clientcas:\n      - /ca.crt\n"


@pytest.mark.parametrize("generation", [None, *Generation])
def test_authorities_for_clients_are_a_finding(given: Given, generation: Generation | None) -> None:
    fail = given.fail(client_certificates_demanded, config=given.config(DEMANDED), product=given.product(generation))
    assert [quote.line for quote in fail.evidence] == [6]


@pytest.mark.parametrize("mode", ["request-client-cert", "verify-client-cert-if-given"])
def test_distribution_3_may_ask_without_insisting(given: Given, mode: str) -> None:
    config = given.config(f"{DEMANDED}    clientauth: {mode}\n")
    assert mode in given.passes(
        client_certificates_demanded, config=config, product=given.product(Generation.DISTRIBUTION_3)
    )
    fail = given.fail(
        client_certificates_demanded, config=config, product=given.product(Generation.DISTRIBUTION_2, 2, 8)
    )
    assert "distribution 3 alone" in fail.message
    assert [quote.line for quote in fail.evidence] == [6, 7]


@pytest.mark.parametrize("mode", ["require-any-client-cert", "require-and-verify-client-cert"])
def test_the_modes_that_insist_are_a_finding_on_distribution_3(given: Given, mode: str) -> None:
    config = given.config(f"{DEMANDED}    clientauth: {mode}\n")
    given.fail(client_certificates_demanded, config=config, product=given.product(Generation.DISTRIBUTION_3))


@pytest.mark.parametrize("text", ["version: 0.1\n", PAIR, f"{PAIR}    clientcas: []\n"])
def test_without_authorities_it_passes(given: Given, text: str) -> None:
    assert given.passes(client_certificates_demanded, config=given.config(text), product=given.product())


def test_without_a_certificate_the_list_does_not_count(given: Given) -> None:
    config = given.config("http: {tls: {clientcas: [/ca.crt]}}")
    given.skips(client_certificates_demanded, config=config, product=given.product())


REFUSAL = Failure(FailureKind.TLS, "registry.example.com:5050: tlsv13 alert certificate required")


def test_a_server_that_breaks_off_is_a_finding(given: Given, served: Served) -> None:
    look = served.look(client_certificate=REFUSAL, client_authorities=("CN=Clients", "CN=a\nb"))
    fail = given.fail(client_certificates_demanded, looks=served.looks(look), config=given.no_such)
    assert "certificate required" in fail.evidence[0].quote
    assert "CN=Clients, CN=a\\nb" in fail.message
    assert "/etc/docker/certs.d/registry.example.com:5050" in fail.remedy[Dialect.PLAIN].text


def test_without_a_certificate_of_this_hosts_docker_it_is_a_warning_that_gives_it_one(
    given: Given, served: Served
) -> None:
    fail = given.fail(
        client_certificates_demanded, looks=served.looks(served.look(client_certificate=REFUSAL)), config=given.no_such
    )
    assert fail.severity is Severity.WARNING
    commands = fail.remedy[Dialect.PLAIN].commands
    folder = "/etc/docker/certs.d/registry.example.com:5050"
    assert commands[0] == f"sudo install -D -m 644 client.cert {folder}/client.cert"
    assert commands[1] == f"sudo install -D -m 600 client.key {folder}/client.key"
    assert commands[-1] == "ssl_verify_client off;"


def test_where_docker_of_this_host_has_one_it_is_meant_so(given: Given, served: Served) -> None:
    folder = Quote("/etc/docker/certs.d/registry.example.com:5050", "client.cert, client.key")
    look = served.look(client_certificate=REFUSAL, client_pair=folder)
    told = given.outcomes(
        client_certificates_demanded, looks=served.looks(look), config=given.config(DEMANDED), product=given.product()
    )
    fail, configured = told
    assert isinstance(fail, Fail)
    assert fail.severity is Severity.INFO
    assert "docker on this host has one" in fail.message
    assert folder in fail.evidence
    assert isinstance(configured, Pass)


def test_a_server_that_breaks_off_before_its_own_certificate_is_a_finding(given: Given, served: Served) -> None:
    look = served.broken("sslv3 alert bad certificate", client_certificate=REFUSAL)
    given.fail(client_certificates_demanded, looks=served.looks(look), config=given.no_such)


def test_a_server_that_asks_and_does_not_insist_passes(given: Given, served: Served) -> None:
    look = served.look(client_authorities=("CN=Clients",))
    given.passes(client_certificates_demanded, looks=served.looks(look), config=given.no_such)


def test_what_is_served_and_what_is_configured_are_both_told(given: Given, served: Served) -> None:
    looks = served.looks(served.look(client_certificate=REFUSAL))
    found = given.fails(
        client_certificates_demanded, config=given.config(DEMANDED), product=given.product(), looks=looks
    )
    assert [fail.resource for fail in found] == [served.url, "http.tls.clientcas"]


def test_with_neither_it_does_not_apply_or_is_not_known(given: Given, served: Served) -> None:
    looks = served.looks(served.broken("no", FailureKind.REFUSED))
    given.skips(client_certificates_demanded, config=given.no_such, looks=looks)
    given.unknown(client_certificates_demanded, config=given.not_here, looks=looks)


def test_without_a_known_product_the_lenient_modes_do_not_count(given: Given) -> None:
    config = given.config(f"{DEMANDED}    clientauth: request-client-cert\n")
    assert "unknown make" in given.fail(client_certificates_demanded, config=config).message
