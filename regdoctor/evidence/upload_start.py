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
        """Whether it has no scheme and host of its own."""
        parts = urlsplit(self.location)
        return not parts.scheme and not parts.netloc

    @property
    def leads_to(self) -> SplitResult:
        """The address that the client goes on with."""
        return urlsplit(urljoin(self.exchange.url, self.location))


def port_of(parts: SplitResult) -> int | None:
    """The port of a URL, its scheme's own where none is written; None for a scheme or a port that is none."""
    try:
        return parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return None
