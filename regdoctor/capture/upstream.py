"""The registry behind a reverse capture: whether it answers, and whether it does so under the capture's own name."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.trust import TrustedCAs
from regdoctor.exit_codes import UsageError
from regdoctor.http import Http
from regdoctor.transport.request import proxies_for

_VERSION_HEADER = "Docker-Distribution-Api-Version"
_DEADLINE = 10.0
"""Seconds for one of the two requests."""


def keeps_host(url: str, own_host: str, trust: TrustedCAs) -> bool:
    """Whether the registry at `url` answers as well when it is called by the capture's own host and port.

    Then a registry that makes its addresses of the Host header keeps clients with the capture. Else what it is called
    by decides whether it is found at all: another virtual host, or an ingress that knows no such name.

    Raises UsageError, one line, where nothing answers, or its certificate is not trusted.
    """
    door = Http(trust)
    address = _address(url) if proxies_for(url) else None  # mitmdump itself knows no proxies
    named = door.send("GET", f"{url}/v2/", deadline=_DEADLINE, address=address)
    if named.failure is not None and named.status is None:
        raise UsageError(_complaint(url, named.failure))
    called = door.send("GET", f"{url}/v2/", headers=(("Host", own_host),), deadline=_DEADLINE, address=address)
    return _is_registry(named) and _is_registry(called) and named.status == called.status


def _is_registry(exchange: Exchange) -> bool:
    return exchange.status in (200, 401) and exchange.header(_VERSION_HEADER) is not None


def _address(url: str) -> str:
    parts = urlsplit(url)
    try:
        return str(socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)[0][4][0])
    except OSError as error:
        raise UsageError(f"{url}: {parts.hostname} does not resolve ({error.strerror}).") from error


def _complaint(url: str, failure: Failure) -> str:
    if failure.kind is FailureKind.TLS:
        return (
            f"{url}: {failure.message}. Name its authority with --ca-file FILE; `regdoctor check tls --registry {url}` "
            "tells more."
        )
    return f"{url}: {failure.message}. There is nothing to capture."
