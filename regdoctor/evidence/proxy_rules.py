"""Which locations of nginx lead to the registry, and what tells it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located
from regdoctor.formats.nginx_config import Location, NginxConfig, Server
from regdoctor.formats.nginx_destinations import Address, Destination, destinations
from regdoctor.formats.nginx_matching import is_about_v2, locations_for_v2
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent

_LOOPBACK = re.compile(r"localhost|127\..*|::1")
_ANY = ("", "0.0.0.0", "[::]", "::", "*")  # noqa: S104 - compared, not bound
_REGISTRY_NAME = re.compile(r"registry|distribution|docker")
"""Words in the names that a registry's container is given."""
_WORKHORSE_PORT = 8181
_USUAL_PORT = 5000
"""Where registries listen by themselves, and where GitLab's site lib/support/nginx/registry-ssl looks for one."""


@dataclass(frozen=True, slots=True)
class Route:
    """A location that passes requests to the registry."""

    server: Server
    location: Location
    destination: Destination
    """Where it leads; one of them where a variable gives several."""
    taken_for: str = ""
    """By what it was taken for the registry's, where no configuration tells; empty where it is the registry's."""

    @property
    def name(self) -> str:
        """For findings and `--ignore`: the server's first name and the location."""
        return f"{self.server.names[0] if self.server.names else '_'} {self.location.words()}"

    def quotes(self) -> tuple[Quote, ...]:
        """The location and its proxy_pass as evidence."""
        return (self.location.directive.quote(), self.destination.directive.quote())


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """Where clients reach the registry, as GitLab's configuration says it."""

    host: str
    port: int
    scheme: str | None
    """`https` or `http` where that is said or the port tells it; None where nothing does."""
    said_by: tuple[Quote, ...]


def registry_routes(
    nginx: NginxConfig, config: RegistryConfig | Absent, gitlab: GitLabConfig | Absent
) -> tuple[Route, ...]:
    """Every location that takes the registry's requests (/v2/) and passes them on to it.

    It is the registry's where proxy_pass leads to http.addr, where it is /v2/ itself, or where the server has the
    registry's public name; never where it leads to GitLab's workhorse. Where neither configuration is there, and
    nginx's files were named by hand, it is taken for the registry's by port 5000 or the server's name (`taken_for`).
    Raises UndecidedError where http.addr or the registry's name is computed at run time.
    """
    is_alone = nginx.by_hand and isinstance(config, Absent) and isinstance(gitlab, Absent)
    found: list[Route] = []
    for server in nginx.servers:
        for location in locations_for_v2(server):
            for destination in destinations(location, nginx):
                if _is_workhorse(destination):
                    continue
                if _is_registrys(server, location, destination, config, gitlab):
                    found.append(Route(server, location, destination))
                elif is_alone and (sign := _sign_of_registry(server, destination)):
                    found.append(Route(server, location, destination, taken_for=sign))
    return tuple(found)


def routes_elsewhere(
    nginx: NginxConfig, config: RegistryConfig | Absent, gitlab: GitLabConfig | Absent
) -> tuple[Route, ...]:
    """Prefix locations that pass something to http.addr under a path that is none of the registry's: /registry/."""
    return tuple(
        Route(server, location, destination)
        for server in nginx.servers
        for location in server.locations
        if location.modifier in ("", "^~") and not is_about_v2(location.pattern)
        for destination in destinations(location, nginx)
        if leads_to_registry(destination, config)
    )


def leads_to_registry(destination: Destination, config: RegistryConfig | Absent) -> bool:
    """Whether one of its servers is the address at which the registry listens."""
    listening = listens_at(config)
    if listening is None or _is_workhorse(destination):
        return False
    host, port = listening
    return any(_is_there(address, host, port) for address in destination.addresses)


def listens_at(config: RegistryConfig | Absent) -> tuple[str, int | None] | None:
    """Host and port of http.addr, or `unix:/path` and None; None where it is not known."""
    if isinstance(config, Absent):
        return None
    address = config.http_address()
    text = address.text() if address else None
    if not text:
        return None
    network = config.at("http", "net")
    if network is not None and network.text() == "unix":
        return f"unix:{text}", None
    host, _, port = text.rpartition(":")
    return (host.strip("[]").lower(), int(port)) if port.isdigit() else None


def public_address(gitlab: GitLabConfig | Absent) -> PublicAddress | None:
    """GitLab's word for it; None where nothing says one. gitlab.yml has no scheme: the port tells it or nothing."""
    host = gitlab.registry("host") if isinstance(gitlab, GitLabConfig) else None
    name = host.text() if host else None
    if host is None or not name or isinstance(gitlab, Absent):
        return None
    port = gitlab.registry("port")
    number = port.text() if port else None
    if number is not None and not number.isdigit():
        return None
    said_by = (host.quote(), port.quote()) if port is not None else (host.quote(),)
    scheme = {"443": "https", "80": "http"}.get(number or "443")
    return PublicAddress(name.lower(), int(number or 443), scheme, said_by)


def serves(server: Server, public: PublicAddress) -> bool:
    """Whether the server is the one that clients reach at the public address."""
    return public.host in server.names and (
        any(listen.port == public.port for listen in server.listens)
        # One that stands behind another proxy listens somewhere else.
        or public.port in (80, 443)
    )


def _is_registrys(
    server: Server,
    location: Location,
    destination: Destination,
    config: RegistryConfig | Absent,
    gitlab: GitLabConfig | Absent,
) -> bool:
    if leads_to_registry(destination, config) or "v2" in location.pattern.lower():
        return True
    public = public_address(gitlab)
    return public is not None and serves(server, public) and not _is_gitlabs(server, gitlab, public)


def _sign_of_registry(server: Server, destination: Destination) -> str:
    """By what a route is most likely a registry's, where nothing but nginx's own file is known; empty for nothing."""
    if any(address.port == _USUAL_PORT for address in destination.addresses):
        return f"it leads to port {_USUAL_PORT}"
    name = next((name for name in server.names if name.startswith("registry")), None)
    return f"its server is called {name}" if name else ""


def _is_gitlabs(server: Server, gitlab: GitLabConfig | Absent, public: PublicAddress) -> bool:
    """Whether GitLab itself is reached there: it may share its name with the registry, not name and port."""
    named: Located | None = gitlab.gitlab("host") if isinstance(gitlab, GitLabConfig) else None
    if named is None or (named.text() or "").lower() != public.host:
        return False
    return not any(listen.port == public.port for listen in server.listens)


def _is_workhorse(destination: Destination) -> bool:
    """Whether GitLab's workhorse is behind it: Omnibus' upstream, its socket, or its port."""
    return "workhorse" in destination.authority or any(
        "workhorse" in address.host or address.port == _WORKHORSE_PORT for address in destination.addresses
    )


def _is_there(address: Address, host: str, port: int | None) -> bool:
    """Whether a server behind nginx is the one that listens at `host` and `port`."""
    if address.port != port:
        return False
    if address.host == host:
        return True
    if _LOOPBACK.fullmatch(address.host):
        return host in _ANY or bool(_LOOPBACK.fullmatch(host))
    # By another name it is the registry of the same network, if its name says so: `registry`, `docker-registry`.
    return host in _ANY and "." not in address.host and bool(_REGISTRY_NAME.search(address.host))
