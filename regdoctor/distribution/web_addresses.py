"""Addresses of services as configurations write them: scheme, host, port and path."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

_OWN_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class WebAddress:
    """The parts of an http or https URL that decide where it leads."""

    scheme: str
    """`http` or `https`."""
    host: str
    """Lower case, without brackets."""
    port: int
    """The scheme's own where none is written."""
    path: str
    """Without the slash at its end; empty for the root."""
    port_is_written: bool = False

    @property
    def is_loopback(self) -> bool:
        """Whether only programs of the same host, or of the same container, reach it."""
        return is_loopback(self.host)


def read_web_address(url: str) -> WebAddress | None:
    """The parts of `url`; None where it lacks its scheme or its host, or has a port that is none."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _OWN_PORTS or not parts.hostname:
        return None
    written = port is not None
    return WebAddress(parts.scheme, parts.hostname, port or _OWN_PORTS[parts.scheme], parts.path.rstrip("/"), written)


def listening_on(address: str) -> tuple[str, str]:
    """Host and port of what a server listens on, as Go takes it: `:5000`, `localhost:5000`, `[::1]:5000`."""
    host, _, port = address.rpartition(":")
    return host.strip("[]").lower(), port


def is_loopback(host: str) -> bool:
    """Whether a host's name or address (no brackets) means the host itself, RFC 6761 section 6.3 included."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
