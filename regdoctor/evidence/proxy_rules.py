"""Which locations of nginx lead to the registry, and what tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from regdoctor.check import Quote
from regdoctor.distribution.whole_numbers import port_number
from regdoctor.evidence.listening_address import leads_there
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located, UndecidedError
from regdoctor.formats.nginx_config import Location, NginxConfig, Server
from regdoctor.formats.nginx_destinations import Destination, destinations
from regdoctor.formats.nginx_matching import is_about_v2, is_v2_itself, locations_for_v2
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent

Told = TypeVar("Told")
_MOST_ROUTES = 500
"""Locations that lead to the registry; real ones have one or two."""
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

    It is the registry's where proxy_pass leads to http.addr, or where the server has the registry's public name and
    port. Where neither can be told, the location that is /v2/ itself is, and those below it that lead to the same
    place; never one that leads to GitLab's workhorse. Where neither configuration is there, and nginx's files were
    named by hand, it is taken for the registry's by port 5000 or the server's name (`taken_for`).
    Raises UndecidedError where http.addr or the registry's name is computed at run time, and for too many.
    """
    return _sorted_out(nginx, config, gitlab)[0]


def unplaced_locations(
    nginx: NginxConfig, config: RegistryConfig | Absent, gitlab: GitLabConfig | Absent
) -> tuple[Route, ...]:
    """Every location that passes /v2/ on, of which nothing tells whether it leads to a registry.

    There are such only where nginx's files were named by hand and no other configuration is there: beside one, what
    does not lead to the registry leads elsewhere. Raises UndecidedError as registry_routes does.
    """
    return _sorted_out(nginx, config, gitlab)[1]


def _sorted_out(
    nginx: NginxConfig, config: RegistryConfig | Absent, gitlab: GitLabConfig | Absent
) -> tuple[tuple[Route, ...], tuple[Route, ...]]:
    """The locations that are the registry's, and those that may be."""
    is_alone = nginx.by_hand and isinstance(config, Absent) and isinstance(gitlab, Absent)
    public = public_address(gitlab)
    found: list[Route] = []
    unplaced: list[Route] = []
    leads = _once_each(lambda destination: leads_there(destination, config))
    is_workhorse = _once_each(_is_workhorse)
    for server in nginx.servers:
        is_public = public is not None and serves(server, public) and not _is_gitlabs(server, gitlab, public)
        may_be = is_public or public is None or _may_be_called(server, public)
        candidates = [
            (one, is_public or _is_sure(one, leads(one.destination), may_be=may_be))
            for one in _candidates(server, nginx, must_be_known=is_public)
            if not is_workhorse(one.destination)
        ]
        leading_there = {one.destination.authority for one, is_sure in candidates if is_sure}
        for one, is_sure in candidates:
            # What is below /v2/ is the registry's where it leads to the same place.
            if is_sure or ("v2" in one.location.pattern.lower() and one.destination.authority in leading_there):
                found.append(one)
            elif is_alone and (sign := _sign_of_registry(server, one.destination)):
                found.append(replace(one, taken_for=sign))
            elif is_alone:
                unplaced.append(one)
        if len(found) > _MOST_ROUTES:
            raise UndecidedError(f"more than {_MOST_ROUTES} locations of nginx lead to the registry: too many to judge")
    return tuple(found), tuple(unplaced)


def routes_elsewhere(
    nginx: NginxConfig, config: RegistryConfig | Absent, gitlab: GitLabConfig | Absent
) -> tuple[Route, ...]:
    """Prefix locations that pass something to http.addr under a path that is none of the registry's: /registry/."""
    return tuple(
        Route(server, location, destination)
        for server in nginx.servers
        for location in server.locations
        if location.modifier in ("", "^~") and not is_about_v2(location.pattern)
        for destination in _known_destinations(location, nginx)
        if leads_to_registry(destination, config)
    )


def _known_destinations(location: Location, nginx: NginxConfig) -> tuple[Destination, ...]:
    try:
        return destinations(location, nginx)
    except UndecidedError:
        return ()


def leads_to_registry(destination: Destination, config: RegistryConfig | Absent) -> bool:
    """Whether one of its servers is the address at which the registry listens."""
    return not _is_workhorse(destination) and leads_there(destination, config) is True


def public_address(gitlab: GitLabConfig | Absent) -> PublicAddress | None:
    """GitLab's word for it; None where nothing says one. gitlab.yml has no scheme: the port tells it or nothing."""
    host = gitlab.registry("host") if isinstance(gitlab, GitLabConfig) else None
    name = host.text() if host else None
    if host is None or not name or isinstance(gitlab, Absent):
        return None
    port = gitlab.registry("port")
    number = port.text() if port else None
    if number is not None and port_number(number) is None:
        return None
    said_by = (host.quote(), port.quote()) if port is not None else (host.quote(),)
    scheme = {"443": "https", "80": "http"}.get(number or "443")
    return PublicAddress(name.lower(), port_number(number or "443") or 443, scheme, said_by)


def serves(server: Server, public: PublicAddress) -> bool:
    """Whether the server is the one that clients reach at the public address."""
    return public.host in server.names and (
        any(listen.port == public.port for listen in server.listens)
        # One that stands behind another proxy listens somewhere else.
        or public.port in (80, 443)
    )


def _candidates(server: Server, nginx: NginxConfig, *, must_be_known: bool) -> Iterator[Route]:
    """The server's locations that take /v2/, with where they lead.

    must_be_known: whether it is the registry's server. Of another one, a location whose variables may become anything
    is left out, unless it is /v2/ itself.
    """
    for location in locations_for_v2(server):
        try:
            led_to = destinations(location, nginx)
        except UndecidedError:
            if must_be_known or is_v2_itself(location):
                raise
            continue
        yield from (Route(server, location, one) for one in led_to)


def _once_each(ask: Callable[[Destination], Told]) -> Callable[[Destination], Told]:
    """`ask`, asked once for all destinations of the same scheme and authority, which lead to the same servers."""
    known: dict[tuple[str, str], Told] = {}

    def answer(destination: Destination) -> Told:
        key = (destination.scheme, destination.authority)
        if key not in known:
            known[key] = ask(destination)
        return known[key]

    return answer


def _is_sure(route: Route, leads: bool | None, *, may_be: bool) -> bool:
    """Whether a route of a server that has not the registry's public name and port is the registry's all the same.

    leads: whether it leads to where the registry listens, see leads_there.
    """
    return leads if leads is not None else may_be and is_v2_itself(route.location)


def _may_be_called(server: Server, public: PublicAddress) -> bool:
    """Whether the server may have the registry's name: it has it, or none, or one that a pattern stands for."""
    plain = [name for name in server.names if name not in ("", "_") and not any(char in name for char in "*~$")]
    return public.host in plain or len(plain) < len(server.names) or not server.names


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
