"""Asks GET /v2/ by the proxy that Docker's daemon would go through, and without any."""

from __future__ import annotations

import socket

from regdoctor.distribution.go_proxies import parse_proxy
from regdoctor.evidence.daemon_proxies import DaemonProxies, DaemonProxyAnswer
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.installation import Installation
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe

_DEADLINE = 10.0
"""Seconds for each of the two looks."""


@probe(
    reads="GET /v2/ at the registry's public address by the proxy of Docker's daemon, and without it",
    limit=3 * _DEADLINE,
    network=True,
)
def daemon_proxy_answer(
    installation: Installation, endpoints: Endpoints, proxies: DaemonProxies, door: Http
) -> DaemonProxyAnswer:
    """Both answers. The proxy's own credentials go to the proxy, and no others to anybody.

    Raises NotApplicableError where the daemon asks the registry directly, or the proxy is not this machine's to use;
    CouldNotGatherError for a proxy of a kind that cannot be asked from here.
    """
    public = endpoints.public
    if public is None:
        raise NotApplicableError("the registry's public address is not known (--registry URL)")
    if not installation.live:
        raise NotApplicableError("the files are a copy: a proxy that they name is not asked from here")
    variable = proxies.proxy_for(public)
    address = parse_proxy(variable.text) if variable is not None else None
    if variable is None or address is None:
        raise NotApplicableError(f"Docker's daemon asks {public.authority} without a proxy")
    if not address.is_meant:
        raise NotApplicableError(f"{variable.said.name} is no usable address of a proxy")
    if not address.is_http:
        raise CouldNotGatherError(f"{variable.said.name} names a SOCKS proxy, and only HTTP proxies are asked")
    url = f"{public.url}/v2/"
    proxied = door.send("GET", url, proxy=address.url, deadline=_DEADLINE)
    return DaemonProxyAnswer(public, variable, address, proxied, _directly(public, url, door))


def _directly(public: Endpoint, url: str, door: Http) -> Exchange:
    """To the first of its addresses, past any proxy that regdoctor's own environment names."""
    try:
        found = socket.getaddrinfo(public.host, public.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        words = getattr(error, "strerror", None) or "no name of a host"
        failure = Failure(FailureKind.NAME, f"{public.host}: the name does not resolve: {words}")
        return Exchange("GET", url, failure=failure)
    tried = [door.send("GET", url, address=str(found[0][4][0]), deadline=_DEADLINE)]
    other = next((item[4][0] for item in found if item[0] != found[0][0]), None)
    if tried[0].failure is not None and other is not None:
        tried.append(door.send("GET", url, address=str(other), deadline=_DEADLINE))
    return next((one for one in tried if one.failure is None), tried[0])
