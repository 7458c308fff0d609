"""How far the clocks of the parts are apart, and how well that is known."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from regdoctor.check import Quote
from regdoctor.evidence.exchange import Exchange

GITLAB = "GitLab"
TOKEN_SERVICE = "token service"  # noqa: S105 - what it is called
_GITLABS_PATH = "/jwt/auth"
"""The path of GitLab's realm, below a relative URL root if there is one (GitLab's config/routes.rb)."""


def party_of(realm: str) -> str:
    """Who signs tokens at the URL `realm`: `GitLab`, told by its path, or some `token service`."""
    return GITLAB if urlsplit(realm).path.rstrip("/").endswith(_GITLABS_PATH) else TOKEN_SERVICE


@dataclass(frozen=True, slots=True)
class Reading:
    """One clock, read from the Date header of one answer."""

    whose: str
    """`registry`, `GitLab`, `token service` or `object store`."""
    offset: float
    """Seconds that it is ahead of this machine's clock; negative: behind."""
    uncertainty: float
    """Seconds: the true offset lies within `offset` ± this."""
    exchange: Exchange
    direct: bool = False
    """Whether the party's own process, or its own host, wrote the header; else it may have been a proxy before it."""

    @staticmethod
    def of(whose: str, exchange: Exchange, *, direct: bool = False) -> Reading | None:
        """Read the Date header; None where there is none, or where a cache may have kept it (RFC 9111, Age).

        direct: whether no proxy with another clock can have written it.
        The header is cut to whole seconds and was written at some time between our question and the answer:
        true offset = date + [0, 1) - [started, started + seconds].
        """
        date = exchange.date()
        if date is None or exchange.header("Age") not in (None, "0"):
            return None
        half = (1 + exchange.seconds) / 2
        return Reading(whose, date + 0.5 - exchange.started - exchange.seconds / 2, half, exchange, direct)

    def quote(self) -> Quote:
        """The reading as evidence."""
        date = self.exchange.header("Date") or ""
        server = self.exchange.header("Server")
        by = f" (Server: {server})" if server else ""
        return Quote(self.exchange.url, f"Date: {date}{by}: {self.words}, against this machine's clock")

    @property
    def words(self) -> str:
        """`GitLab +612.3 s ± 0.5 s`."""
        return f"{self.whose} {self.offset:+.1f} s ± {self.uncertainty:.1f} s"


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks that could be read, each against this machine's."""

    registry: Reading | None
    """Of the registry itself where it could be asked directly, else of what stands in front of it."""
    gitlab: Reading | None
    """Of the token service, whose it is or not: `whose` tells."""
    object_store: Reading | None
    unread: tuple[str, ...] = ()
    """What could not be read, and why, a line each, which begins with whose clock it is."""

    def why_unread(self, whose: str) -> str:
        """Why the clock of `whose` (as in `Reading.whose`) was not read; empty where nobody was asked."""
        return next((line for line in self.unread if line.startswith(whose)), "")
