"""PROXY-17: nginx is told to pass requests on to a name that nobody in its network has."""

import difflib
import posixpath
from collections.abc import Iterable, Iterator
from contextlib import suppress

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.checks.proxy import RELOAD
from regdoctor.formats.compose_file import ComposeFile
from regdoctor.formats.compose_names import known_names
from regdoctor.formats.container_service import ContainerService
from regdoctor.formats.located import Located, UndecidedError
from regdoctor.formats.nginx_addresses import Address
from regdoctor.formats.nginx_config import Location, NginxConfig
from regdoctor.formats.nginx_destinations import Destination, destinations
from regdoctor.injection import Absent

_NEAR = 0.87
"""How alike two names must be for one to be the other misspelt; `registry` and `registry-ui` are 0.84."""
_MOST_PAIRS = 20_000
"""Names times upstreams that are compared, about 20 µs each."""


@check(
    title="nginx passes requests on to names that its network knows",
    severity=Severity.CRITICAL,
    failure_modes=("PROXY-17",),
    symptoms=("host not found in upstream",),
    explains=("registry_unreachable",),
    reference="https://docs.docker.com/compose/how-tos/networking/",
)
def upstream_name_unknown(nginx: NginxConfig, compose: ComposeFile | Absent) -> Iterable[Outcome]:
    """nginx looks up every name in proxy_pass and in upstream blocks when it starts, and does not start without one.

    In a Compose project a container is known by the name of its service, by container_name and by its aliases. Another
    name gives `[emerg] host not found in upstream "registry:5000"`, and the proxy's container ends and is started over
    and over. This is judged where a service of the project mounts the nginx configuration at hand, for names without a
    dot, and where no other network can bring further names in.

    Without Compose one thing is judged: a name, without a dot and without a port, that is all but that of an upstream
    block. nginx takes it for a host's name then.

    Write the name of the registry's service, or of the upstream block, into proxy_pass, or give the service that name
    as an alias.
    """
    misspelt = list(_misspelt(nginx, compose))
    yield from misspelt
    if isinstance(compose, Absent):
        if not misspelt:
            yield from _without_compose(nginx)
        return
    told = {fail.evidence[0] for fail in misspelt if isinstance(fail, Fail)}
    found = [(service, one) for service in compose.services for one in _passes(service, nginx, compose)]
    found = [one for one in found if one[1][2].directive.quote() not in told]
    if not found:
        if not misspelt:
            yield Skip("no service of the Compose project mounts the nginx configuration at hand")
        return
    unknown = [(service, *one) for service, one in found if _is_single(one[2])]
    missing = [one for one in unknown if one[3].host not in known_names(compose, one[0])]
    if not missing:
        yield Pass("each name is that of a service")
    for service, _, destination, address in missing:
        yield _doubt(compose, service, address) or _fail(compose, service, destination, address)


def _misspelt(nginx: NginxConfig, compose: ComposeFile | Absent) -> Iterator[Fail | Unknown]:
    """A finding for each proxy_pass whose host is an upstream's name with a slip of the pen in it."""
    services = set() if isinstance(compose, Absent) else {one.name for one in compose.services}
    single = [one for one in _told(nginx) if one.upstream is None and not any(char in one.authority for char in ".:$")]
    names = {one.authority for one in single} - services
    if len(names) * len(nginx.upstreams) > _MOST_PAIRS:
        yield Unknown(f"{len(names):,} names and {len(nginx.upstreams):,} upstreams are too many to be compared")
        return
    meant = {name: _nearest(name, nginx) for name in names}
    for destination in single:
        near = meant.get(destination.authority)
        if near is not None:
            yield _misspelt_name(destination, nginx, near)


def _told(nginx: NginxConfig) -> Iterator[Destination]:
    """Where the locations lead, those left out whose variables may become anything."""
    for server in nginx.servers:
        for location in server.locations:
            with suppress(UndecidedError):
                yield from destinations(location, nginx)


def _nearest(name: str, nginx: NginxConfig) -> str | None:
    near = difflib.get_close_matches(name, nginx.upstreams, 1, _NEAR)
    # registry1 and registry2 are two
    digits = [[char for char in text if char.isdigit()] for text in (name, *near)]
    return near[0] if near and digits[0] == digits[1] else None


def _misspelt_name(destination: Destination, nginx: NginxConfig, meant: str) -> Fail:
    line = f"proxy_pass {destination.scheme}://{meant}{destination.path};"
    effect = "answers 502" if destination.by_variable else "does not start"
    return Fail(
        f'nginx passes requests on to a host "{destination.authority}", while its upstream is "{meant}": it {effect}, '
        "unless there is such a host",
        evidence=(destination.directive.quote(), nginx.upstreams[meant].quote()),
        resource=destination.authority,
        severity=Severity.ERROR if destination.by_variable else None,
        remedy={
            Dialect.PLAIN: Remedy("Write the upstream's name into proxy_pass, and reload nginx.", (line, RELOAD)),
            Dialect.COMPOSE: Remedy(
                "Write the upstream's name into proxy_pass, and start the proxy anew.",
                (line, "docker compose up -d --force-recreate"),
            ),
        },
    )


def _without_compose(nginx: NginxConfig) -> Iterator[Outcome]:
    if nginx.upstreams:
        yield Pass("no proxy_pass has the name of an upstream block misspelt")
    else:
        yield Skip("names are judged in Compose projects, and where nginx has upstream blocks")


_Passed = tuple[Location, Destination, Address]


def _passes(service: ContainerService, nginx: NginxConfig, compose: ComposeFile) -> Iterator[_Passed]:
    """Where the nginx of a service passes requests on: what is written in files that the service mounts."""
    folder = posixpath.dirname(compose.source)
    sources = [one.source for one in service.mounts if one.source is not None and one.source.startswith((".", "/"))]
    mounted = [posixpath.normpath(posixpath.join(folder, source)) for source in sources]
    for server in nginx.servers:
        for location in server.locations:
            source = location.directive.place.source
            if any(source == path or source.startswith(f"{path}/") for path in mounted):
                for destination in destinations(location, nginx):
                    yield from ((location, destination, address) for address in destination.addresses)


def _is_single(address: Address) -> bool:
    """Whether it is a name that Docker alone can know: no address, and without a dot."""
    return bool(address.host) and not any(char in address.host for char in ".:$/") and address.host != "localhost"


def _doubt(compose: ComposeFile, service: ContainerService, address: Address) -> Unknown | None:
    """Why the name may be known all the same; None where it cannot be."""
    if compose.include is not None or service.elsewhere is not None:
        return Unknown(f"{address.host} may be a service of a file that {compose.source} brings in")
    if service.host_network or any(service.at(key) is not None for key in ("networks", "network_mode", "dns")):
        return Unknown(f"{address.host} may be known in a network of {service.name} that is not this project's alone")
    return None


def _fail(compose: ComposeFile, service: ContainerService, destination: Destination, address: Address) -> Fail:
    others = sorted(one.name for one in compose.services if one.name != service.name)
    effect = "answers 502" if destination.by_variable else "does not start"
    return Fail(
        f"nginx passes requests on to {address.host}, which is no service of this project ({', '.join(others)}): it "
        f"{effect}",
        evidence=(address.directive.quote(), Located(None, service.place, f"services.{service.name}").quote()),
        resource=address.host,
        severity=Severity.ERROR if destination.by_variable else None,
        remedy=_remedies(compose, address),
    )


def _remedies(compose: ComposeFile, address: Address) -> Remedies:
    registries = compose.registry_services()
    name = registries[0].name if registries else "registry"
    port = f":{address.port}" if address.port else ""
    line = f"server {name}{port};" if address.directive.name == "server" else f"proxy_pass http://{name}{port};"
    why = f"Write the name of the registry's service into nginx's configuration, or name the service {address.host}."
    return {Dialect.PLAIN: Remedy(why, (line, "docker compose up -d --force-recreate"))}
