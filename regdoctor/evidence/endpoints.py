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
        """The port, the scheme's own where none is written."""
        return urlsplit(self.url).port or (443 if self.url.startswith("https:") else 80)


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
