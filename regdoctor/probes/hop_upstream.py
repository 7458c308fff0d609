"""Where the proxy passes the registry's requests on to, and what it would say there of the client's request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.forwarded_headers import told
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.proxy_rules import Route, registry_routes
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import UndecidedError
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError

_TOLD = ("Host", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Ssl", "Forwarded")
"""What a registry may read of a proxy's word about the request."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """What stands behind the proxy."""

    endpoint: Endpoint
    headers: tuple[tuple[str, str], ...] = ()
    """As the proxy would send them for a request to the public URL."""
    removed: str = ""
    """The beginning of a request's path that the proxy replaces."""
    put: str = ""
    """What it puts in its place."""

    def url(self, path: str) -> str:
        """Where the proxy asks for `path`, which begins with /v2/."""
        if self.removed and path.startswith(self.removed):
            return f"{self.endpoint.url}{self.put}{path[len(self.removed) :]}"
        return f"{self.endpoint.url}{path}"


def named_upstream(url: str, public: Endpoint | None) -> Upstream:
    """The one that was named with --upstream, told what a proxy should tell it."""
    told_to_it = _host_and_scheme(public) if public is not None else ()
    return Upstream(Endpoint(url, Quote("command line", f"--upstream {url}")), told_to_it)


def configured_upstream(
    nginx: NginxConfig | Absent,
    config: RegistryConfig | Absent,
    gitlab: GitLabConfig | Absent,
    installation: Installation | Absent,
    public: Endpoint | None,
) -> Upstream:
    """The one of nginx's configuration. Raises NotApplicableError where there is none that could be asked from here."""
    if isinstance(nginx, Absent):
        raise NotApplicableError(f"{nginx.reason} (--upstream URL)")
    if isinstance(installation, Absent) or not installation.live:
        raise NotApplicableError("the files are a copy: their addresses mean another host (--upstream URL)")
    try:
        routes = registry_routes(nginx, config, gitlab)
        found = next(_upstreams(routes, nginx, public), None)
    except UndecidedError as reason:
        raise NotApplicableError(f"{reason} (--upstream URL)") from reason
    if found is None:
        raise NotApplicableError("nginx's configuration passes nothing to a registry's port (--upstream URL)")
    return found


def _upstreams(routes: tuple[Route, ...], nginx: NginxConfig, public: Endpoint | None) -> Iterator[Upstream]:
    for route in routes:
        destination = route.destination
        for address in destination.addresses:
            if address.port is None or "$" in address.host or address.host.startswith("unix:"):
                continue
            host = f"[{address.host}]" if ":" in address.host else address.host
            endpoint = Endpoint(f"{destination.scheme}://{host}:{address.port}", destination.directive.quote())
            is_prefix = route.location.modifier in ("", "^~") and bool(destination.path)
            removed = route.location.pattern if is_prefix else ""
            yield Upstream(endpoint, tuple(_headers(route, nginx, public)), removed, destination.path)


def _headers(route: Route, nginx: NginxConfig, public: Endpoint | None) -> Iterator[tuple[str, str]]:
    """What nginx would send, as far as its variables are known beforehand."""
    for name in _TOLD:
        texts = told(name, route, nginx).texts
        if name == "Host" and not texts:
            texts = (route.destination.authority,)
        if len(texts) != 1 or not texts[0]:
            continue
        text = texts[0]
        for variable, value in _variables(route, public):
            text = text.replace(variable, value)
        if "$" not in text and text.isascii() and text.isprintable():
            yield name, text


def _variables(route: Route, public: Endpoint | None) -> tuple[tuple[str, str], ...]:
    """nginx's own (ngx_http_core_module, Embedded Variables), the longest name first."""
    known = {"$proxy_host": route.destination.authority}
    if public is not None:
        known |= {
            "$http_host": urlsplit(public.url).netloc,
            "$server_port": str(public.port),
            "$scheme": public.scheme,
            "$host": public.host,
        }
    return tuple(sorted(known.items(), key=lambda item: -len(item[0])))


def _host_and_scheme(public: Endpoint) -> tuple[tuple[str, str], ...]:
    return (("Host", urlsplit(public.url).netloc), ("X-Forwarded-Proto", public.scheme))
