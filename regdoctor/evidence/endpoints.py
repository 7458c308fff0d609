"""The addresses of the parts of a registry, and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from regdoctor.check import Quote


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address."""

    url: str
    """Scheme, host and port where it is not the scheme's own; no trailing slash."""
    said_by: Quote

    @property
    def host(self) -> str:
        """The host's name or address, lower case, without brackets."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port, the scheme's own where none is written, or none that can be read."""
        try:
            written = urlsplit(self.url).port
        except ValueError:
            written = None
        return written or (443 if self.scheme == "https" else 80)

    @property
    def scheme(self) -> str:
        """`https` or `http`, lower case."""
        return urlsplit(self.url).scheme

    @property
    def authority(self) -> str:
        """Host and port as connecting programs take them, an IPv6 address in brackets: `[::1]:443`."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The addresses that could be told; None where nothing says one."""

    public: Endpoint | None
    """Where clients reach the registry."""
    internal: Endpoint | None
    """Where the registry process itself listens; only where this machine runs it."""
    debug: Endpoint | None
    realm: Endpoint | None
    """The token service, path included."""

    @property
    def nearest(self) -> Endpoint | None:
        """Where to ask the registry with the fewest hops between."""
        return self.internal or self.public
