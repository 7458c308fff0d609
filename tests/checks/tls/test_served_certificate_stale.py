"""A newer certificate on disk than the one that is shown means that nobody reloaded the server."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from regdoctor.check import Dialect, Quote
from regdoctor.checks.tls.served_certificate_stale import served_certificate_stale
from regdoctor.evidence.host_file import FileState, HostFile
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.served_tls import ServedCertificate, TlsLooks
from regdoctor.evidence.tls_files import TlsFiles, TlsPair
from regdoctor.formats.key_facts import CertificateFacts
from regdoctor.formats.pem import PemContents, PemKind

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.tls.conftest import Served

PATH = "/etc/gitlab/ssl/registry.example.com.crt"
LE = "CN=R10,O=Let's Encrypt,C=US"


LIVE = Installation(Path("/"), Dialect.OMNIBUS, live=True)


def _here(served: Served, leaf: ServedCertificate) -> TlsLooks:
    """Shown by an address of this host."""
    return served.looks(served.look(leaf, own_address=True))


def _files(*held: tuple[str, CertificateFacts | None]) -> TlsFiles:
    """Pairs with these certificates."""
    pairs = []
    for path, facts in held:
        contents = PemContents(path, PemKind.PEM, certificates=(facts,) if facts else ())
        named = Quote("/etc/gitlab/ssl", path)
        pairs.append(TlsPair("nginx", HostFile(named, path, FileState.READABLE, contents=contents), None))
    return TlsFiles(tuple(pairs))


def _renewed(facts: CertificateFacts, days: float = 60, **more: Any) -> CertificateFacts:
    start = facts.not_before + timedelta(days=days)
    return replace(facts, serial="0B", not_before=start, not_after=facts.not_after + timedelta(days=days), **more)


def test_a_later_certificate_on_disk_is_a_finding_with_both_sides(given: Given, served: Served) -> None:
    leaf = served.certificate()
    fail = given.fail(
        served_certificate_stale,
        looks=_here(served, leaf),
        installation=LIVE,
        files=_files((PATH, _renewed(leaf.facts))),
    )
    assert fail.resource == PATH
    assert "serial 0B" in fail.evidence[0].quote
    assert "serial 0A" in fail.evidence[1].quote


def test_lets_encrypt_may_have_signed_by_another_intermediate(given: Given, served: Served) -> None:
    leaf = served.certificate(issuer=LE)
    files = _files((PATH, _renewed(leaf.facts, issuer="CN=R11,O=Let's Encrypt,C=US")))
    given.fail(served_certificate_stale, looks=_here(served, leaf), installation=LIVE, files=files)


def test_the_same_or_an_older_one_on_disk_passes(given: Given, served: Served) -> None:
    leaf = served.certificate()
    for facts in (leaf.facts, _renewed(leaf.facts, days=-60)):
        given.passes(
            served_certificate_stale, looks=_here(served, leaf), installation=LIVE, files=_files((PATH, facts))
        )


def test_a_certificate_of_another_authority_is_a_load_balancers(given: Given, served: Served) -> None:
    leaf = served.certificate(issuer=LE)
    files = _files((PATH, _renewed(leaf.facts, issuer="CN=internal,O=Example")))
    given.skips(served_certificate_stale, looks=_here(served, leaf), installation=LIVE, files=files)


@pytest.mark.parametrize("subject", ["CN=other.example.com", ""])
def test_a_certificate_of_another_name_is_another_servers(given: Given, served: Served, subject: str) -> None:
    leaf = served.certificate()
    files = _files((PATH, _renewed(leaf.facts, subject=subject)))
    given.skips(served_certificate_stale, looks=_here(served, leaf), installation=LIVE, files=files)


def test_of_two_files_alike_the_one_named_after_the_host_counts(given: Given, served: Served) -> None:
    leaf = served.certificate()
    looks = _here(served, leaf)
    other = ("/etc/gitlab/ssl/copy.crt", _renewed(leaf.facts))
    given.passes(served_certificate_stale, looks=looks, files=_files(other, (PATH, leaf.facts)))
    third = ("/etc/gitlab/ssl/third.crt", _renewed(leaf.facts))
    given.skips(served_certificate_stale, looks=looks, files=_files(other, third))


def test_where_any_file_holds_what_is_shown_nothing_is_stale(given: Given, served: Served) -> None:
    leaf = served.certificate()
    files = _files((PATH, _renewed(leaf.facts)), ("/etc/edge/other.crt", leaf.facts))
    assert "/etc/edge/other.crt" in given.passes(
        served_certificate_stale, looks=_here(served, leaf), files=files, installation=LIVE
    )


def test_one_of_rsa_beside_one_of_ecdsa_is_another(given: Given, served: Served) -> None:
    leaf = served.certificate()
    rsa = _renewed(leaf.facts, key=replace(leaf.facts.key, algorithm="RSA 2048"))
    given.skips(served_certificate_stale, looks=_here(served, leaf), files=_files((PATH, rsa)), installation=LIVE)


def test_at_another_hosts_address_another_may_show_it(given: Given, served: Served) -> None:
    leaf = served.certificate(until=-1)
    files = _files((PATH, _renewed(leaf.facts, days=300)))
    away = served.looks(served.look(leaf))
    assert "is not one of this host's" in given.unknown(
        served_certificate_stale, looks=away, files=files, installation=LIVE
    )


def test_the_files_of_a_copy_are_another_hosts(given: Given, served: Served) -> None:
    leaf = served.certificate()
    files, copy = _files((PATH, _renewed(leaf.facts))), replace(LIVE, live=False)
    given.unknown(served_certificate_stale, looks=_here(served, leaf), files=files, installation=copy)
    given.unknown(served_certificate_stale, looks=_here(served, leaf), files=files)


def test_without_files_it_does_not_apply(given: Given, served: Served) -> None:
    looks = served.looks(served.look())
    given.skips(served_certificate_stale, looks=looks)
    given.skips(served_certificate_stale, looks=looks, files=_files((PATH, None)))


def test_without_a_certificate_nothing_is_known(given: Given, served: Served) -> None:
    given.unknown(served_certificate_stale, looks=served.looks(served.broken("alert")))
