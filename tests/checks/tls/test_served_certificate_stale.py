"""A newer certificate on disk than the one that is shown means that nobody reloaded the server."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from regdoctor.check import Quote
from regdoctor.checks.tls.served_certificate_stale import served_certificate_stale
from regdoctor.evidence.host_file import FileState, HostFile
from regdoctor.evidence.tls_files import TlsFiles, TlsPair
from regdoctor.formats.key_facts import CertificateFacts
from regdoctor.formats.pem import PemContents, PemKind

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.tls.conftest import Served

PATH = "/etc/gitlab/ssl/registry.example.com.crt"
LE = "CN=R10,O=Let's Encrypt,C=US"


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
        served_certificate_stale, looks=served.looks(served.look(leaf)), files=_files((PATH, _renewed(leaf.facts)))
    )
    assert fail.resource == PATH
    assert "serial 0B" in fail.evidence[0].quote
    assert "serial 0A" in fail.evidence[1].quote


def test_lets_encrypt_may_have_signed_by_another_intermediate(given: Given, served: Served) -> None:
    leaf = served.certificate(issuer=LE)
    files = _files((PATH, _renewed(leaf.facts, issuer="CN=R11,O=Let's Encrypt,C=US")))
    given.fail(served_certificate_stale, looks=served.looks(served.look(leaf)), files=files)


def test_the_same_or_an_older_one_on_disk_passes(given: Given, served: Served) -> None:
    leaf = served.certificate()
    for facts in (leaf.facts, _renewed(leaf.facts, days=-60)):
        given.passes(served_certificate_stale, looks=served.looks(served.look(leaf)), files=_files((PATH, facts)))


def test_a_certificate_of_another_authority_is_a_load_balancers(given: Given, served: Served) -> None:
    leaf = served.certificate(issuer=LE)
    files = _files((PATH, _renewed(leaf.facts, issuer="CN=internal,O=Example")))
    given.skips(served_certificate_stale, looks=served.looks(served.look(leaf)), files=files)


@pytest.mark.parametrize("subject", ["CN=other.example.com", ""])
def test_a_certificate_of_another_name_is_another_servers(given: Given, served: Served, subject: str) -> None:
    leaf = served.certificate()
    files = _files((PATH, _renewed(leaf.facts, subject=subject)))
    given.skips(served_certificate_stale, looks=served.looks(served.look(leaf)), files=files)


def test_of_two_files_alike_the_one_named_after_the_host_counts(given: Given, served: Served) -> None:
    leaf = served.certificate()
    looks = served.looks(served.look(leaf))
    other = ("/etc/gitlab/ssl/copy.crt", _renewed(leaf.facts))
    given.passes(served_certificate_stale, looks=looks, files=_files(other, (PATH, leaf.facts)))
    third = ("/etc/gitlab/ssl/third.crt", leaf.facts)
    given.skips(served_certificate_stale, looks=looks, files=_files(other, third))


def test_without_files_it_does_not_apply(given: Given, served: Served) -> None:
    looks = served.looks(served.look())
    given.skips(served_certificate_stale, looks=looks)
    given.skips(served_certificate_stale, looks=looks, files=_files((PATH, None)))


def test_without_a_certificate_nothing_is_known(given: Given, served: Served) -> None:
    given.unknown(served_certificate_stale, looks=served.looks(served.broken("alert")))
