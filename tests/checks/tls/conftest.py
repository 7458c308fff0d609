"""Builders of what a server shows of its TLS."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.evidence.served_tls import Distrust, ServedCertificate, ServedTls, TlsLooks
from regdoctor.formats.key_facts import CertificateFacts, KeyFacts

URL = "https://registry.example.com:5050"
HOST = "registry.example.com"
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SAID = Quote("/etc/x.yml", "host: registry.example.com", 7)
KEY = KeyFacts("EC P-256", "00" * 32, None, None, None, None)
INTERMEDIATE = "CN=Issuing CA,O=Example"
ROOT = "CN=Root CA,O=Example"


class Served:
    """Looks at servers, made from the few words that a test cares for."""

    url, host, now, intermediate, root = URL, HOST, NOW, INTERMEDIATE, ROOT

    def certificate(
        self,
        subject: str = f"CN={HOST}",
        issuer: str = INTERMEDIATE,
        *,
        since: float = -100,
        until: float = 265,
        names: tuple[str, ...] = (HOST,),
        addresses: tuple[str, ...] = (),
        san: bool = True,
        authority: bool = False,
        urls: tuple[str, ...] = (),
        serial: str = "0A",
    ) -> ServedCertificate:
        """since, until: days from now."""
        start, end = NOW + timedelta(days=since), NOW + timedelta(days=until)
        facts = CertificateFacts(subject, issuer, serial, start, end, KEY)
        return ServedCertificate(
            facts, subject.removeprefix("CN="), names, addresses, san, authority, urls, f"{subject}{serial}", "PEM"
        )

    def authority(self, subject: str = INTERMEDIATE, issuer: str = ROOT, **more: Any) -> ServedCertificate:
        """One further up."""
        return self.certificate(subject, issuer, names=(), san=False, authority=True, **more)

    def look(
        self,
        *chain: ServedCertificate,
        url: str = URL,
        whose: str = "registry",
        distrust: tuple[int, str, int] | None = None,
        server_ahead: float | None = None,
        **more: Any,
    ) -> ServedTls:
        """A look at a chain; without one a good chain of two. server_ahead: days that the server's Date is ahead.

        distrust: what both stores make of it, as code, words and depth.
        """
        shown = chain or (self.certificate(), self.authority())
        refused = Distrust(*distrust) if distrust else None
        date = None if server_ahead is None else (NOW + timedelta(days=server_ahead)).timestamp()
        look = ServedTls(
            whose=whose,
            endpoint=Endpoint(url, SAID),
            looked=NOW,
            server_date=date,
            chain=shown,
            served=len(shown),
            protocol="TLSv1.3",
            cipher="TLS_AES_256_GCM_SHA384",
            by_system=refused,
            by_docker=refused,
        )
        return replace(look, **more)

    def broken(self, words: str, kind: FailureKind = FailureKind.TLS, **more: Any) -> ServedTls:
        """A look that ended before a certificate was shown."""
        failure = Failure(kind, f"{HOST}:5050: {words}")
        return ServedTls("registry", Endpoint(URL, SAID), NOW, failure=failure, **more)

    def looks(self, *looks: ServedTls) -> TlsLooks:
        """All of them."""
        return TlsLooks(looks)


@pytest.fixture
def served() -> Served:
    """The builders."""
    return Served()
