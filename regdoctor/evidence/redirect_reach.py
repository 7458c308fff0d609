"""Where the registry sends a client for a blob, and what answers there."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.evidence.exchange import Exchange


@dataclass(frozen=True, slots=True)
class RedirectReach:
    """One blob of the registry, as a client at this machine gets it."""

    blob: Exchange
    """The registry's answer to GET of it."""
    target: str = ""
    """Scheme, host and port that it sends the client to; empty where it hands the blob out itself."""
    there: Exchange | None = None
    """What came of the one request there, without credentials; None where it was not sent."""
    not_asked: str = ""
    """Why it was not sent; empty where it was, or where there is nothing to send."""
