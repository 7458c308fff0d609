"""Servers behind nginx, by host and port."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.formats.nginx_directives import Directive


@dataclass(frozen=True, slots=True)
class Address:
    """A server behind the proxy."""

    host: str
    """A name or an address without brackets, lower case; `unix:/path` for a socket; may hold `$variables`."""
    port: int | None
    """None for a socket, or where a variable gives it."""
    directive: Directive
    """The `server` of an upstream, or the proxy_pass."""


def address_of(text: str, port: int, directive: Directive) -> Address:
    """The server that `text` names, as proxy_pass and upstream blocks write it. port: where it names none."""
    if text.startswith("unix:"):
        return Address(text, None, directive)
    host, colon, written = text.rpartition(":")
    if not colon or "]" in written:
        host, written = text, ""
    if written and not written.isdigit():
        return Address(host.lower(), None, directive)
    return Address(host.strip("[]").lower(), int(written[:6]) if written else port, directive)
