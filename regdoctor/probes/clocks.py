"""Reads the clocks of the registry, of its token service and of the object store from their Date headers."""

from __future__ import annotations

import ipaddress
from concurrent.futures import ThreadPoolExecutor

from regdoctor.distribution.web_addresses import read_web_address
from regdoctor.evidence.clocks import Clocks, Reading, party_of
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.token_source import TokenSource
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import s3_endpoint
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, probe

_DEADLINE = 5.0
"""Seconds for each request; they go side by side."""


@probe(
    reads="the Date header of one HEAD or GET each to the registry, to its token service and to the object store",
    limit=2 * _DEADLINE,
    network=True,
)
def clocks(
    endpoints: Endpoints,
    door: Http,
    config: RegistryConfig | Absent,
    installation: Installation | Absent,
    source: TokenSource | Absent,
) -> Clocks:
    """One reading a party, taken side by side. Raises CouldNotGatherError where no clock at all could be read.

    Where neither an option nor a file names the token service, it is the one that the registry's challenge names.
    """
    asked: dict[str, tuple[str, str]] = {}
    if endpoints.nearest:
        asked["registry"] = ("GET", f"{endpoints.nearest.url}/v2/")
    realm = endpoints.realm.url if endpoints.realm else _challenged(source)
    issuer = party_of(realm) if realm else ""
    if realm:
        asked[issuer] = ("HEAD", realm)
    # The store of a copied configuration may be somebody else's from here.
    here = isinstance(installation, Installation) and installation.live
    store = s3_endpoint(config) if here and isinstance(config, RegistryConfig) else None
    if store:
        asked["object store"] = ("HEAD", store.url)
    readings: dict[str, Reading] = {}
    unread: list[str] = []
    with ThreadPoolExecutor(max_workers=3) as pool:
        # Without credentials, and so without trust: a certificate that has expired must not hide a wrong clock.
        answers = {
            whose: pool.submit(door.send, method, url, deadline=_DEADLINE, verify=False)
            for whose, (method, url) in asked.items()
        }
    for whose, answer in answers.items():
        exchange = answer.result()
        reading = Reading.of(whose, exchange, direct=whose == "registry" and _asks_the_registry_itself(endpoints))
        if reading:
            readings[whose] = reading
        else:
            why = exchange.failure.message if exchange.failure else "no Date header that can be trusted"
            unread.append(f"{whose} ({exchange.quote().source}): {why}")
    if not readings:
        raise CouldNotGatherError("no clock could be read: " + ("; ".join(unread) or "nothing to ask"))
    return Clocks(readings.get("registry"), readings.get(issuer), readings.get("object store"), tuple(unread))


def _challenged(source: TokenSource | Absent) -> str:
    """The realm of the challenge; empty where there is none, or none that can be asked.

    Where it would lead to this host by the word of another, there is no TokenSource.
    """
    if isinstance(source, Absent) or not source.needed or source.scheme != "bearer":
        return ""
    return source.realm if read_web_address(source.realm) is not None else ""


def _asks_the_registry_itself(endpoints: Endpoints) -> bool:
    # A proxy on this host, before a registry on this host, has the same clock.
    return endpoints.nearest is not None and (endpoints.internal is not None or _is_this_host(endpoints.nearest))


def _is_this_host(endpoint: Endpoint) -> bool:
    try:
        return ipaddress.ip_address(endpoint.host).is_loopback
    except ValueError:
        return endpoint.host == "localhost" or endpoint.host.endswith(".localhost")
