"""Tries TLS with a small and with a large ClientHello, at the registry and at the object store behind it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlsplit

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.large_hello import OBJECT_STORE, REGISTRY, HelloLook, HelloTrial, LargeHello
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.envdir import parse_envdir
from regdoctor.formats.located import UndecidedError, UnreadableError
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import s3_endpoint
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.host_tree import read_below
from regdoctor.transport.environment_proxy import goes_through_proxy
from regdoctor.transport.hello_look import LARGE, shake_hands

_DEADLINE = 4.0
"""Seconds for each handshake; a segment that was lost is sent again after 0.2 s, 0.4 s, 0.8 s, 1.6 s (RFC 6298)."""
_TURNS = 2


@probe(
    reads="TLS handshakes with the registry's public address and its object store, of a small and a large ClientHello",
    limit=2 * _TURNS * _DEADLINE + 1,
    network=True,
)
def large_hello(
    endpoints: Endpoints | Absent,
    config: RegistryConfig | Absent,
    installation: Installation | Absent,
    service: ServiceEnvironment | Absent,
) -> LargeHello:
    """The trials, side by side.

    Raises NotApplicableError where neither has an address of https that this host reaches without a proxy.
    """
    here = installation if isinstance(installation, Installation) and installation.live else None
    servers = list(_servers(endpoints, config if here else Absent("not of this host")))
    if not servers:
        raise NotApplicableError("no address by https is known that this host reaches without a proxy")
    with ThreadPoolExecutor(len(servers), thread_name_prefix="large hello") as pool:
        trials = tuple(pool.map(lambda one: try_both(*one), servers))
    spared = _kept_small(here, service) if here else None
    return LargeHello(tuple(replace(one, spared=spared) if one.whose == OBJECT_STORE else one for one in trials))


def try_both(whose: str, endpoint: Endpoint) -> HelloTrial:
    """A small ClientHello, then a large one; both again, in turns, where the small one alone got through."""
    small: list[HelloLook] = []
    large: list[HelloLook] = []
    for _ in range(_TURNS):
        small.append(shake_hands(endpoint.host, endpoint.port, _DEADLINE))
        if small[-1].failure is not None:
            break
        large.append(shake_hands(endpoint.host, endpoint.port, _DEADLINE, least=LARGE))
        if large[-1].failure is None:
            break
    return HelloTrial(whose, endpoint, tuple(small), tuple(large))


def _servers(endpoints: Endpoints | Absent, config: RegistryConfig | Absent) -> Iterator[tuple[str, Endpoint]]:
    public = endpoints.public if isinstance(endpoints, Endpoints) else None
    if public is not None and _can_be_tried(public):
        yield REGISTRY, public
    store = _store(config) if isinstance(config, RegistryConfig) else None
    if store is not None and _can_be_tried(store):
        yield OBJECT_STORE, store


def _store(config: RegistryConfig) -> Endpoint | None:
    """The object store's address as the registry names it; None where it names none that can be told."""
    try:
        endpoint, driver = s3_endpoint(config), config.storage_driver()
    except UndecidedError:
        return None
    if endpoint is None or driver is None:
        return None
    said = config.at("storage", driver[0], "regionendpoint") or config.at("storage", driver[0], "bucket")
    try:
        parts = urlsplit(endpoint.bucket_url)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    url = f"{parts.scheme}://{parts.netloc}"
    return Endpoint(url, said.quote() if said else Quote("the registry's configuration", url)) if usable else None


def _kept_small(installation: Installation, service: ServiceEnvironment | Absent) -> Quote | None:
    """The GODEBUG of the registry's service that takes the post-quantum key share out; Omnibus sets it by itself."""
    found: list[tuple[str, Quote]] = []
    if installation.env_directory is not None:
        file = installation.env_directory / "GODEBUG"
        try:
            value = parse_envdir({"GODEBUG": read_below(installation.root, file)}).get("GODEBUG", "")
            found.append((value, Quote(str(file), value, 1)))
        except UnreadableError:
            pass  # not set, most likely: then what the unit says counts
    if isinstance(service, ServiceEnvironment):
        of_unit = [(value, place) for name, value, place in service.variables if name == "GODEBUG"]
        found += [(value, Quote(place.source, f"GODEBUG={value}", place.line)) for value, place in of_unit[-1:]]
    return next((quote for value, quote in found if "tlsmlkem=0" in value.split(",")), None)


def _can_be_tried(endpoint: Endpoint) -> bool:
    return endpoint.scheme == "https" and not goes_through_proxy(endpoint.url)
