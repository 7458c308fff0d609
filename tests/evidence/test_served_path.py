"""A served chain is read in the order in which it signs, and what a server says stays on one line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from regdoctor.check import Quote, Skip, Unknown
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.evidence.served_path import each_certificate, issuer_to_fetch, name_of, path_of, quote, shown, unseen
from regdoctor.evidence.served_tls import Distrust, ServedCertificate, ServedTls, TlsLooks
from regdoctor.formats.key_facts import CertificateFacts, KeyFacts

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
KEY = KeyFacts("EC P-256", "00" * 32, None, None, None, None)
SAID = Quote("command line", "--registry")
ENDPOINT = Endpoint("https://registry.example.com", SAID)


def certificate(subject: str, issuer: str, *urls: str) -> ServedCertificate:
    facts = CertificateFacts(subject, issuer, "0A", START, END, KEY)
    return ServedCertificate(facts, "", (), (), True, False, urls, subject + issuer, "PEM")


def look(*chain: ServedCertificate, code: int | None = None) -> ServedTls:
    refused = Distrust(code, "words", 0) if code else None
    return ServedTls("registry", ENDPOINT, START, chain=chain, by_system=refused, by_docker=refused)


LEAF = certificate("CN=leaf", "CN=one", "http://pki.example.com/one.crt")
ONE, TWO, ROOT = certificate("CN=one", "CN=two"), certificate("CN=two", "CN=root"), certificate("CN=root", "CN=root")


@pytest.mark.parametrize("chain", [(LEAF, ONE, TWO, ROOT), (LEAF, ROOT, TWO, ONE), (LEAF, TWO, ONE, ROOT)])
def test_the_order_in_which_it_was_served_does_not_count(chain: tuple[ServedCertificate, ...]) -> None:
    assert path_of(look(*chain)) == (LEAF, ONE, TWO, ROOT)


def test_a_gap_ends_the_path() -> None:
    assert path_of(look(LEAF, TWO, ROOT)) == (LEAF,)
    assert path_of(look()) == ()


def test_a_circle_ends() -> None:
    first, second = certificate("CN=a", "CN=b"), certificate("CN=b", "CN=a")
    assert path_of(look(first, second)) == (first, second)


def test_an_issuer_is_to_be_fetched_where_the_certificate_came_alone_and_is_refused_for_it() -> None:
    assert issuer_to_fetch(look(LEAF, code=20)) == "http://pki.example.com/one.crt"
    assert issuer_to_fetch(look(LEAF, TWO, code=21)) == "http://pki.example.com/one.crt"
    assert issuer_to_fetch(look(LEAF)) is None
    assert issuer_to_fetch(look(LEAF, code=10)) is None
    assert issuer_to_fetch(look(LEAF, ONE, code=20)) is None
    assert issuer_to_fetch(look(certificate("CN=a", "CN=b", "ldap:///CN=b"), code=20)) is None
    assert issuer_to_fetch(look(certificate("CN=a", "CN=a", "http://a"), code=20)) is None


def test_names_are_cut_and_kept_on_one_line() -> None:
    assert shown("a\n\x1b[31mb\u202e") == "a\\n\\x1b[31mb\\u202e"
    assert len(shown("é" * 10_000)) == 120
    assert len(shown("\n" * 10_000)) == 120
    assert name_of(certificate("", "CN=a")) == "serial number 0A"
    assert quote(look(LEAF), LEAF, "old") == Quote("TLS with registry.example.com:443", "CN=leaf: old")


def test_a_server_without_tls_has_no_certificate_and_of_another_nothing_is_known() -> None:
    plain = Failure(FailureKind.TLS, "h: wrong version number", not_tls=True)
    assert isinstance(unseen(replace(look(), failure=plain)), Skip)
    assert isinstance(unseen(replace(look(), failure=replace(plain, not_tls=False))), Unknown)
    assert isinstance(unseen(replace(look(), failure=Failure(FailureKind.REFUSED, "h: refused"))), Unknown)
    assert isinstance(unseen(look()), Unknown)


def test_a_certificate_that_two_servers_of_a_host_share_is_judged_once() -> None:
    registry, gitlab = look(LEAF, ONE, code=20), look(LEAF, ONE, code=20)
    service = replace(gitlab, whose="token service", endpoint=Endpoint("https://registry.example.com:8443", SAID))
    (both,) = each_certificate(TlsLooks((registry, service)))
    assert both.whose == "registry, and token service at registry.example.com:8443"
    assert both.endpoint == registry.endpoint


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": Endpoint("https://gitlab.example.com", Quote("x", "y"))},
        {"chain": (LEAF,)},
        {"by_docker": None},
        {"chain": ()},
    ],
)
def test_what_differs_is_judged_apart(change: dict[str, Any]) -> None:
    registry = look(LEAF, ONE, code=20)
    looks = (registry, replace(registry, whose="token service", **change))
    assert each_certificate(TlsLooks(looks)) == looks
