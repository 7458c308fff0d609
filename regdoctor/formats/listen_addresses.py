"""Addresses to listen on, as Go's net.Listen takes them: `:5000`, `127.0.0.1:5000`, `[::1]:5000`."""

from __future__ import annotations

import re

from regdoctor.distribution.whole_numbers import port_number

_SERVICE = re.compile(r"[A-Za-z][A-Za-z-]*")
"""A name of /etc/services, such as `http`."""


def fault(address: str) -> str | None:
    """What Go says of an address that it refuses, such as "missing port in address"; None where it takes it.

    An empty port is taken, for any free one. Source: SplitHostPort and parsePort of Go's package net.
    """
    if address.startswith("["):
        host, bracket, rest = address.partition("]")
        if not bracket:
            return "missing ']' in address"
        if not rest.startswith(":"):
            return "missing port in address"
        port = rest[1:]
    else:
        host, colon, port = address.partition(":")
        if not colon:
            return "missing port in address"
    if ":" in port:
        return "too many colons in address"
    if "[" in host[1:] or "]" in host or "[" in port or "]" in port:
        return "unexpected bracket in address"
    return _port_fault(port)


def picks_any_port(address: str) -> bool:
    """Whether it leaves the port to the system, which gives another one at each start."""
    return address == "" or (fault(address) is None and address.endswith(":"))


def _port_fault(port: str) -> str | None:
    if not port or _SERVICE.fullmatch(port):
        return None
    if not (port.isascii() and port.isdigit()):
        return "unknown port"
    return "invalid port" if port_number(port) is None else None
