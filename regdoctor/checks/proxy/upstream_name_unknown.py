"""PROXY-17: nginx is told to pass requests on to a name that nobody in its network has."""

import posixpath
from collections.abc import Iterable, Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.formats.compose_file import ComposeFile
from regdoctor.formats.container_service import ContainerService
from regdoctor.formats.located import Located
from regdoctor.formats.nginx_config import Location, NginxConfig
from regdoctor.formats.nginx_destinations import Address, Destination, destinations


@check(
    title="nginx passes requests on to names that its network knows",
    severity=Severity.CRITICAL,
    failure_modes=("PROXY-17",),
    symptoms=("host not found in upstream",),
    explains=("registry_unreachable",),
    reference="https://docs.docker.com/compose/how-tos/networking/",
)
def upstream_name_unknown(nginx: NginxConfig, compose: ComposeFile) -> Iterable[Outcome]:
    """nginx looks up every name in proxy_pass and in upstream blocks when it starts, and does not start without one.

    In a Compose project a container is known by the name of its service, by container_name and by its aliases. Another
    name gives `[emerg] host not found in upstream "registry:5000"`, and the proxy's container ends and is started over
    and over. This is judged where a service of the project mounts the nginx configuration at hand, for names without a
    dot, and where no other network can bring further names in.

    Write the name of the registry's service into proxy_pass, or give the service that name as an alias.
    """
    found = [(service, one) for service in compose.services for one in _passes(service, nginx, compose)]
    if not found:
        yield Skip("no service of the Compose project mounts the nginx configuration at hand")
        return
    unknown = [(service, *one) for service, one in found if _is_single(one[2])]
    missing = [one for one in unknown if one[3].host not in _names(compose, one[0])]
    if not missing:
        yield Pass("each name is that of a service")
    for service, _, destination, address in missing:
        yield _doubt(compose, service, address) or _fail(compose, service, destination, address)


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


def _names(compose: ComposeFile, here: ContainerService) -> set[str]:
    """Every name that the project gives a container, and those that this one is told of."""
    names: set[str] = set()
    for service in compose.services:
        names.add(service.name)
        for key in ("container_name", "hostname"):
            names.add(_text(service.at(key)))
        networks = service.at("networks")
        for network in networks.entries().values() if networks is not None else ():
            aliases = network.at("aliases")
            names.update(_text(alias) for alias in (aliases.items() if aliases is not None else ()))
    for key in ("links", "external_links", "extra_hosts"):
        said = here.at(key)
        if said is not None:
            names.update(part for entry in said.items() for part in _text(entry).replace("=", ":").split(":"))
            names.update(said.entries())
    return {name.lower() for name in names}


def _text(located: Located | None) -> str:
    return (located.text() if located is not None else None) or ""


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
