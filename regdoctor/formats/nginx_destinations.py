"""Where proxy_pass leads: the address that it names, or the servers of the upstream block of that name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from regdoctor.formats.nginx_addresses import Address, address_of
from regdoctor.formats.nginx_config import Location, NginxConfig
from regdoctor.formats.nginx_directives import Directive
from regdoctor.formats.nginx_values import possible_texts

_URL = re.compile(
    r"(?i)(?P<scheme>https?)://(?P<authority>unix:[^:]+|\[[^\]]*\](?::[0-9]+)?|[^/?#]*?)"
    r"(?P<rest>(?:[/?#]|:(?=/|$)|\$(?:request_)?uri\b|\$[0-9]).*|)"
)
"""A URL as proxy_pass takes it. `http://registry:5000$request_uri` has no slash before its path."""


@dataclass(frozen=True, slots=True)
class Destination:
    """One reading of a proxy_pass."""

    directive: Directive
    scheme: str
    authority: str
    """Host and port as written, which nginx sends as Host ($proxy_host) unless it is told otherwise."""
    path: str
    """What follows the authority; empty where nothing does, and then nginx passes the path of the request on."""
    addresses: tuple[Address, ...]
    upstream: Directive | None
    """The upstream block, where the authority is the name of one."""
    by_variable: bool
    """Whether the text holds variables: then nginx looks names up while it runs, by `resolver`."""


def destinations(location: Location, config: NginxConfig) -> tuple[Destination, ...]:
    """Every place where the location's own proxy_pass may lead; none where it has none, or none that is a URL.

    Raises UndecidedError where variables make them too many.
    """
    directive = location.proxy_pass
    if directive is None:
        return ()
    written = directive.args[0]
    texts = possible_texts(written, location.scope, config)
    return tuple(found for text in texts if (found := _destination(text, directive, config, "$" in written)))


def _destination(text: str, directive: Directive, config: NginxConfig, by_variable: bool) -> Destination | None:
    parts = _URL.fullmatch(text)
    if parts is None:
        return None
    scheme, authority, rest = parts["scheme"].lower(), parts["authority"], parts["rest"]
    if authority.startswith("unix:"):
        rest = rest.removeprefix(":")
    upstream = config.upstreams.get(authority)
    if upstream is not None:
        addresses = config.behind.get(authority)
        if addresses is None:
            addresses = tuple(address_of(one.args[0], 80, one) for one in upstream.named("server") if one.args)
            config.behind[authority] = addresses
    else:
        addresses = (address_of(authority, 443 if scheme == "https" else 80, directive),)
    return Destination(directive, scheme, authority, rest, addresses, upstream, by_variable)
