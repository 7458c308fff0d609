"""What nginx tells the registry of the client's request: scheme and host, from which the registry makes Location.

The registry takes them from Forwarded, else from X-Forwarded-Proto and X-Forwarded-Host, else from the connection and
Host (NewURLBuilderFromRequest in registry/api/v2/urls.go of distribution 2.8; 3.x and GitLab's registry do the same).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from regdoctor.evidence.proxy_rules import Route
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.nginx_directives import Directive
from regdoctor.formats.nginx_values import possible_texts
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent

_PAIR = re.compile(r"(?i)(?:^|[;,\s])(?P<name>proto|host)=\"?(?P<value>[^;,\"\s]+)")


@dataclass(frozen=True, slots=True)
class Told:
    """A header that nginx sends on."""

    directive: Directive | None
    """None where nginx sends what the client sent (X-Forwarded-Proto), or its own default (Host: $proxy_host)."""
    texts: tuple[str, ...]
    """What it may be; variables of nginx itself stand as `$name`. The empty text: nothing is sent."""


def told(header: str, route: Route, nginx: NginxConfig) -> Told:
    """What nginx sends in `header`. Raises UndecidedError where a file that may set it was not read."""
    scope = route.location.scope
    directive = scope.header("proxy_set_header", header)
    if directive is None or len(directive.args) < 2:
        return Told(None, ())
    return Told(directive, possible_texts(directive.args[1], scope, nginx))


def told_scheme(route: Route, nginx: NginxConfig) -> Told:
    """What the registry takes the scheme from; of Forwarded only what it says of it."""
    forwarded = told("Forwarded", route, nginx)
    if _is_sent(forwarded):
        return Told(forwarded.directive, tuple(_pair(text, "proto") for text in forwarded.texts))
    return told("X-Forwarded-Proto", route, nginx)


def told_host(route: Route, nginx: NginxConfig) -> Told:
    """What the registry takes host and port from; nginx's default is what proxy_pass says."""
    forwarded = told("Forwarded", route, nginx)
    if _is_sent(forwarded) and all(_pair(text, "host") for text in forwarded.texts):
        return Told(forwarded.directive, tuple(_pair(text, "host") for text in forwarded.texts))
    if not _is_sent(forwarded):
        other = told("X-Forwarded-Host", route, nginx)
        if _is_sent(other):
            return other
    host = told("Host", route, nginx)
    return host if host.directive is not None else Told(None, ("$proxy_host",))


def hides_scheme(route: Route, nginx: NginxConfig) -> Told | None:
    """The Forwarded that nginx sends, where it says nothing of the scheme; None where it sends none, or a whole one."""
    forwarded = told("Forwarded", route, nginx)
    says = any(_pair(text, "proto") or text.startswith("$") for text in forwarded.texts)
    return forwarded if _is_sent(forwarded) and not says else None


def location_is_fixed(config: RegistryConfig | Absent) -> str:
    """Why Location does not depend on what a proxy says, in words; empty where it does.

    A usable http.host comes first, then http.relativeurls (App.context in registry/handlers/app.go).
    """
    if isinstance(config, Absent):
        return ""
    host = config.at("http", "host")
    if host is not None and (text := host.text()):
        try:
            parts = urlsplit(text)
        except ValueError:
            return ""
        if parts.scheme and parts.netloc:
            return f"http.host says what Location begins with: {text}"
    relative = config.at("http", "relativeurls")
    if relative is not None and relative.text() == "true":
        return "Location is relative (http.relativeurls)"
    return ""


def registry_speaks_tls(route: Route, config: RegistryConfig | Absent) -> bool:
    """Whether the registry, or a further proxy before it, takes TLS itself: then it writes https by itself."""
    if route.destination.scheme == "https":
        return True
    certificate = None if isinstance(config, Absent) else config.at("http", "tls", "certificate")
    return certificate is not None and bool(certificate.text())


def _is_sent(header: Told) -> bool:
    return header.directive is not None and any(header.texts)


def _pair(text: str, name: str) -> str:
    """The value of `proto` or `host` in a Forwarded header (RFC 7239 section 4); empty where there is none."""
    return next((found["value"] for found in _PAIR.finditer(text) if found["name"].lower() == name), "")
