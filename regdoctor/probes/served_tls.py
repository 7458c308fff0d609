"""Looks at the TLS of the registry's public address and of its token service, without trust and credentials."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from regdoctor.check import Dialect
from regdoctor.evidence.answers import PublicAnswer
from regdoctor.evidence.certs_d import CertsFolder
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.served_tls import ServedCertificate, ServedTls, TlsLooks
from regdoctor.formats.certificate_fields import read_fields
from regdoctor.formats.key_facts import NotParsableError, certificate_facts
from regdoctor.formats.located import UnreadableError
from regdoctor.http import Http, TrustedCAs
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.certs_d import docker_folder
from regdoctor.probes.host_tree import read_below
from regdoctor.transport.chain_verification import distrust_of
from regdoctor.transport.request import Request
from regdoctor.transport.tls_look import Handshake, look_at_tls

_DEADLINE = 10.0
"""Seconds for each of two servers."""
_MOST_CERTIFICATES = 20
_THIS_HOST = Installation(Path("/"), Dialect.PLAIN, live=True)
_OWN_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class _Trust:
    """What clients of this host trust."""

    system: TrustedCAs
    docker: TrustedCAs
    """The same with docker's certs.d for this registry."""
    folder: CertsFolder | None


@probe(
    reads="the TLS handshake of the registry's public address and of its token service, without credentials",
    limit=2 * _DEADLINE + 10,
    network=True,
)
def served_tls(
    endpoints: Endpoints,
    door: Http,
    public: PublicAnswer | Absent,
    installation: Installation | Absent,
) -> TlsLooks:
    """One look at each server, once where both are the same. Raises NotApplicableError where neither speaks https.

    Where no root folder was given, docker's certs.d is that of this host: it is the client.
    """
    host = installation if isinstance(installation, Installation) and installation.root else _THIS_HOST
    trust = _trust(endpoints.public, door, host)
    looks: list[ServedTls] = []
    for whose, endpoint in (("registry", endpoints.public), ("token service", endpoints.realm)):
        if endpoint is None or endpoint.scheme != "https":
            continue
        server = _server(endpoint)
        if any(look.endpoint.url == server.url for look in looks):
            continue
        date = _date(public, server) if isinstance(public, PublicAnswer) else None
        seen = _handshake(endpoint, min(_DEADLINE, door.longest))
        looks.append(_look(whose, server, seen, trust, date))
    if not looks:
        raise NotApplicableError("neither the registry's public address nor its token service is known to be https")
    return TlsLooks(tuple(looks))


def _server(endpoint: Endpoint) -> Endpoint:
    """Without the path, which a realm has."""
    return Endpoint(f"https://{_written_authority(endpoint)}", endpoint.said_by)


def _written_authority(endpoint: Endpoint) -> str:
    """Host, and port where it is not the scheme's own: so images name a registry, and docker its folder."""
    return endpoint.authority.removesuffix(f":{_OWN_PORTS.get(endpoint.scheme)}")


def _look(whose: str, server: Endpoint, seen: Handshake, trust: _Trust, date: float | None) -> ServedTls:
    read = [_certificate(der) for der in seen.chain]
    # The first must be the server's own: where that cannot be read, the others tell nothing.
    chain = tuple(one for one in read[:_MOST_CERTIFICATES] if one is not None) if read and read[0] else ()
    failure = seen.failure
    if failure is None and not chain:
        failure = Failure(FailureKind.TLS, f"{server.authority}: its certificate cannot be read")
    by_system = distrust_of(seen.chain, trust.system) if failure is None else None
    adds = trust.docker != trust.system
    return ServedTls(
        whose=whose,
        endpoint=server,
        looked=datetime.now(UTC),
        server_date=date,
        failure=failure,
        chain=chain,
        served=len(seen.chain),
        unreadable=read.count(None),
        protocol=seen.protocol,
        cipher=seen.cipher,
        alpn=seen.alpn,
        old_only=seen.old_only,
        refused_first=seen.refused_first,
        client_authorities=seen.client_authorities,
        client_certificate=seen.client_certificate,
        by_system=by_system,
        by_docker=distrust_of(seen.chain, trust.docker) if failure is None and adds else by_system,
        docker_folder=trust.folder.quote() if trust.folder else None,
        client_pair=trust.folder.quote() if trust.folder and _has_client_pair(trust.folder) else None,
        own_address=seen.own_address,
    )


def _has_client_pair(folder: CertsFolder) -> bool:
    """Whether docker finds a client's certificate there: each *.cert needs its *.key (moby, registry/registry.go)."""
    names = {file.name for file in folder.files}
    return any(name.endswith(".cert") and f"{name.removesuffix('.cert')}.key" in names for name in names)


def _handshake(endpoint: Endpoint, seconds: float) -> Handshake:
    """The URL may come from a file of any content: what is none is refused as the HTTP door refuses it."""
    refusal = Request("GET", endpoint.url, (), b"").refusal()
    return Handshake(refusal) if refusal else look_at_tls(endpoint.host, endpoint.port, seconds)


def _certificate(der: bytes) -> ServedCertificate | None:
    try:
        facts = certificate_facts(der, None)
    except NotParsableError:
        return None
    fields = read_fields(der)
    return ServedCertificate(
        facts=facts,
        common_name=fields.common_name,
        dns_names=fields.dns_names,
        ip_addresses=fields.ip_addresses,
        has_san=fields.has_san,
        is_authority=fields.is_authority,
        issuer_urls=fields.issuer_urls,
        sha256=hashlib.sha256(der).hexdigest(),
        pem=ssl.DER_cert_to_PEM_cert(der),
    )


def _date(public: PublicAnswer, server: Endpoint) -> float | None:
    """The Date of the public answer, where `server` gave it."""
    asked = public.ping.endpoint
    same = asked.scheme == "https" and _server(asked).url == server.url
    return public.best.exchange.date() if same else None


def _trust(registry: Endpoint | None, door: Http, host: Installation) -> _Trust:
    """The folder is the registry's for the token service too: docker asks both over one transport.

    Source: moby, registry/registry.go (ReadCertsDirectory: every *.crt is added to the system's pool) and
    registry/auth.go (v2AuthHTTPClient: the token is fetched over the registry's transport).
    """
    folder = docker_folder(host, _written_authority(registry)) if registry is not None else None
    if folder is None:
        return _Trust(door.trust, door.trust, None)
    return _Trust(door.trust, TrustedCAs(door.trust.extra + tuple(_authorities(folder, host))), folder)


def _authorities(folder: CertsFolder, installation: Installation) -> Iterator[tuple[str, str]]:
    """Path and text of each file that docker takes for authorities; what cannot be read adds nothing."""
    for file in folder.files:
        if not file.name.endswith(".crt"):
            continue
        try:
            data = read_below(installation.root, Path(file.source))
        except UnreadableError:
            continue
        yield file.source, data.decode("ascii", "replace")
