"""What a server shows of its TLS: the chain as it is served, and what a client of this host makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Failure
from regdoctor.formats.key_facts import CertificateFacts


@dataclass(frozen=True, slots=True)
class ServedCertificate:
    """One certificate of a chain."""

    facts: CertificateFacts
    common_name: str
    """The subject's CN; empty where it has none."""
    dns_names: tuple[str, ...]
    """Of subjectAltName (RFC 5280 section 4.2.1.6), as written."""
    ip_addresses: tuple[str, ...]
    has_san: bool
    is_authority: bool
    """basicConstraints says CA (RFC 5280 section 4.2.1.9)."""
    issuer_urls: tuple[str, ...]
    """caIssuers of Authority Information Access (RFC 5280 section 4.2.2.1): where its issuer can be had."""
    sha256: str
    """Of its DER, in hex."""
    pem: str

    @property
    def is_self_issued(self) -> bool:
        """Whether it names itself as its issuer, as a root does, and a certificate that somebody made alone."""
        return self.facts.subject == self.facts.issuer


@dataclass(frozen=True, slots=True)
class Distrust:
    """Why a chain was not accepted: the first thing that OpenSSL minds."""

    code: int
    """X509_V_ERR_… (openssl/x509_vfy.h)."""
    words: str
    """OpenSSL's own: `unable to get local issuer certificate`."""
    depth: int
    """Which certificate of the chain that was built: 0 is the server's own."""


@dataclass(frozen=True, slots=True)
class ServedTls:
    """One look at one server, with the name as SNI, and with no trust and no credentials."""

    whose: str
    """`registry` or `token service`."""
    endpoint: Endpoint
    looked: datetime
    """When, by the local clock, UTC."""
    server_date: float | None = None
    """The Date header of an answer of the same server (epoch seconds), to tell a wrong clock here from a wrong date
    there; None where there is none."""
    failure: Failure | None = None
    """Why there is no chain: TLS did not come about even without trust."""
    chain: tuple[ServedCertificate, ...] = ()
    """As it was served, the server's own first, at most 20."""
    served: int = 0
    """How many certificates were served in all."""
    unreadable: int = 0
    """How many of them are no certificates that can be read."""
    protocol: str = ""
    """`TLSv1.3`."""
    cipher: str = ""
    alpn: str = ""
    """What was chosen of h2 and http/1.1; empty where nothing was."""
    old_only: bool = False
    """Whether it came about only with what Docker's clients no longer speak: below TLS 1.2 (Go 1.18 and later), or with
    a cipher or key that OpenSSL refuses at its usual level of security. `protocol` tells which."""
    refused_first: Failure | None = None
    """With old_only: how the usual look failed."""
    client_authorities: tuple[str, ...] = ()
    """The authorities whose certificates of a client it asks for (CertificateRequest), as RFC 4514 names."""
    client_certificate: Failure | None = None
    """How the server broke off because the client showed no certificate; None where it did not."""
    by_system: Distrust | None = None
    """What the trust of this host makes of the chain: the system's store, --ca-file, GitLab's trusted-certs; names are
    not part of it. None where it is accepted."""
    by_docker: Distrust | None = None
    """The same with what docker's certs.d of this host adds for this registry; as by_system where it adds nothing."""
    docker_folder: Quote | None = None
    """The certs.d folder that was taken into account."""
    client_pair: Quote | None = None
    """The same folder, where it holds a certificate of a client with its key, which docker then shows."""
    own_address: bool = False
    """Whether the server's address is one of the host's on which this runs: then its files are those of that host."""

    @property
    def leaf(self) -> ServedCertificate | None:
        """The server's own certificate."""
        return self.chain[0] if self.chain else None


@dataclass(frozen=True, slots=True)
class TlsLooks:
    """Every server on a client's way that speaks TLS: the registry's public address, and the token service's."""

    looks: tuple[ServedTls, ...]
