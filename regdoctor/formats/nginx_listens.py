"""What a server of nginx listens on: addresses, ports, TLS, QUIC."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from regdoctor.check import Quote
from regdoctor.formats.nginx_directives import Directive

_ADDRESS = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*?)(?::(?P<port>[0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class Listen:
    """One address that a server listens on."""

    address: str
    """`*` for all of IPv4, a name, an address (IPv6 in brackets), or `unix:/path`."""
    port: int | None
    """None for a Unix socket."""
    ssl: bool
    """Whether TLS is spoken there; said once for an address, it holds for every server that listens on it."""
    quic: bool
    default_server: bool
    directive: Directive
    """The `listen`; the server itself where it has none."""

    def quote(self) -> Quote:
        """The directive as evidence."""
        return self.directive.quote()


def listens_of(servers: Sequence[Directive]) -> tuple[tuple[Listen, ...], ...]:
    """What each of the server blocks listens on, in their order."""
    own = [_own(server) for server in servers]
    found = [listens or [Listen("*", 80, False, False, False, servers[index])] for index, listens in enumerate(own)]
    tls = {(one.address, one.port) for listens in found for one in listens if one.ssl and not one.quic}
    return tuple(
        tuple(replace(one, ssl=True) if not one.quic and (one.address, one.port) in tls else one for one in listens)
        for listens in found
    )


def _own(server: Directive) -> list[Listen]:
    # `ssl on;` of a whole server was taken away in nginx 1.25.1 only.
    ssl = any(one.args == ("on",) for one in server.named("ssl"))
    return [_listen(one, ssl) for one in server.named("listen") if one.args]


def _listen(directive: Directive, whole_ssl: bool) -> Listen:
    text, *options = directive.args
    quic = "quic" in options or "http3" in options
    ssl = "ssl" in options or quic or whole_ssl
    default = "default_server" in options or "default" in options
    if text.startswith("unix:"):
        return Listen(text, None, ssl, quic, default, directive)
    if text.isdigit():
        return Listen("*", int(text[:6]), ssl, quic, default, directive)
    parts = _ADDRESS.fullmatch(text)
    host = parts["host"] if parts else text
    return Listen(host or "*", int(parts["port"] or 80) if parts else 80, ssl, quic, default, directive)
