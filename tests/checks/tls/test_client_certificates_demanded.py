"""http.tls.clientcas shuts out every client without a certificate, but for the lenient modes of distribution 3."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.checks.tls.client_certificates_demanded import client_certificates_demanded
from regdoctor.evidence.product import Generation

if TYPE_CHECKING:
    from tests.checks.conftest import Given

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
