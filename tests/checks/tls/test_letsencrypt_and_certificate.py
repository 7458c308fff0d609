"""A certificate and Let's Encrypt together stop the registry, as tried on distribution 2.8.2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.checks.tls.letsencrypt_and_certificate import letsencrypt_and_certificate
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import parse_registry_config

if TYPE_CHECKING:
    from tests.checks.conftest import Given

CACHE = "http:\n  tls:\n    letsencrypt:\n      cachefile: /le.json\n"


def test_both_together_are_a_finding_with_both_lines(given: Given) -> None:
    config = given.config(f"{CACHE}    certificate: /a.crt\n")
    fail = given.fail(letsencrypt_and_certificate, config=config)
    assert [quote.line for quote in fail.evidence] == [5, 4]


def test_a_variable_counts_as_the_file_does(given: Given) -> None:
    place = Place("environment of process 1", layer="environment")
    variables = [("REGISTRY_HTTP_TLS_CERTIFICATE", "/a.crt", place)]
    fail = given.fail(
        letsencrypt_and_certificate, config=parse_registry_config(CACHE.encode(), "config.yml", variables)
    )
    assert fail.evidence[0].source == place.source


def test_lets_encrypt_alone_passes_also_with_a_key(given: Given) -> None:
    assert given.passes(letsencrypt_and_certificate, config=given.config(f"{CACHE}    key: /a.key\n"))


def test_an_address_for_lets_encrypt_without_a_cache_counts_for_nothing(given: Given) -> None:
    text = "http: {tls: {certificate: /a.crt, letsencrypt: {email: root@example.com}}}"
    given.skips(letsencrypt_and_certificate, config=given.config(text))
