"""The answer to the start of a blob upload: the first request whose answer sends the client somewhere."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange


@dataclass(frozen=True, slots=True)
class UploadStart:
    """POST /v2/NAME/blobs/uploads/ at the public address, and the Location that came back."""

    asked: Endpoint
    exchange: Exchange
    """Status 202, with a Location."""
    location: str
    cancelled: bool
    """Whether the upload was removed again."""
    upstream: Endpoint | None
    """Where the registry itself listens, if that is known."""

    @property
    def relative(self) -> bool:
        """Whether it has no scheme and host of its own (RFC 3986 section 4.2)."""
        parts = self._parts
        # A colon in the first segment ends a scheme, be it one that nobody can use: `https,http://…`.
        return parts is not None and not parts.scheme and not parts.netloc and ":" not in self.location.split("/")[0]

    @property
    def written_scheme(self) -> str:
        """What stands where the scheme belongs, lower case, whether or not it is one; empty where nothing does."""
        before, colon, _ = self.location.partition("://")
        return before.lower() if colon and "/" not in before else ""

    @property
    def unusable(self) -> str:
        """Why no client can go on with this Location, in words; empty where it is an address."""
        parts = self._parts
        if parts is None:
            return f"Location is no address: {self.location}"
        if self.relative:
            return ""
        leads = self.leads_to if parts.scheme or parts.netloc else parts
        if leads.scheme not in ("http", "https") or not leads.hostname or port_of(leads) is None:
            return f"Location is no address that a client can go on with: {self.location}"
        return ""

    @property
    def leads_to(self) -> SplitResult:
        """The address that the client goes on with. Raises ValueError for a Location that is no address."""
        parts = urlsplit(self.location)
        # urljoin would lend `https:///v2/` the host of the request; clients do not.
        return parts if parts.scheme else urlsplit(urljoin(self.exchange.url, self.location))

    @property
    def _parts(self) -> SplitResult | None:
        try:
            return urlsplit(self.location)
        except ValueError:
            return None


def port_of(parts: SplitResult) -> int | None:
    """The port of a URL, its scheme's own where none is written; None for a scheme or a port that is none."""
    try:
        return parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return None
