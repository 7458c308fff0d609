"""How large a request's body may be on its way to the registry, found by growing uploads."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange, FailureKind

_LEAST_TIMED = 4 << 20
"""Bytes. What smaller bodies take is mostly the connection's making, not the line's speed."""
_LEAST_SLOPE = 0.05
"""Seconds between two bodies, below which their difference is chance."""


@dataclass(frozen=True, slots=True)
class TimedBody:
    """A body that was taken, and how long that took."""

    size: int
    """Bytes."""
    seconds: float
    """From the first byte of the request, the connection's making included, until the answer."""


@dataclass(frozen=True, slots=True)
class UploadLimit:
    """What came of bodies of growing size, sent to the upload of a blob or announced only."""

    asked: Endpoint
    """The registry's public address."""
    taken: int
    """Bytes of the largest body that was sent as a whole and that the registry took; 0 where none was."""
    let_in: int
    """Bytes of the largest body that was taken, or announced and not refused by the hop that clients connect to."""
    refused: int | None = None
    """Bytes of the smallest body that was refused for its size, greater than `let_in`; None where none was."""
    refusal: Exchange | None = None
    """The answer to a body that was refused, or the connection that was cut; None where none was refused."""
    unfinished: str = ""
    """Why no larger body was tried, in words; empty where all that are meant to be tried were, or one was refused."""
    removed: bool = True
    """Whether the upload was removed again."""
    timed: tuple[TimedBody, ...] = ()
    """The bodies that were sent as a whole and taken, in the order of their sizes."""
    layer_size: int | None = None
    """Bytes of the largest layer that the user will push, as it was said by hand; None where it was not."""

    @property
    def timed_best(self) -> TimedBody | None:
        """The largest body that was timed; None where it is too small to tell a speed by."""
        return self.timed[-1] if self.timed and self.timed[-1].size >= _LEAST_TIMED else None

    @property
    def speed(self) -> float | None:
        """Bytes in a second that a large layer goes up with; None where no body was large enough to tell.

        A connection needs time to come up to its speed, so what the largest body took more than the one before it
        counts, where that is faster: a layer of gigabytes has that time behind it.
        """
        best = self.timed_best
        if best is None or best.seconds <= 0:
            return None
        whole = best.size / best.seconds
        if len(self.timed) < 2:
            return whole
        before = self.timed[-2]
        apart = best.seconds - before.seconds
        return max(whole, (best.size - before.size) / apart) if apart >= _LEAST_SLOPE else whole

    @property
    def limit(self) -> int | None:
        """The largest body that passes, in bytes, where that is known to the byte."""
        return self.let_in if self.refused is not None and self.refused == self.let_in + 1 else None

    @property
    def is_cut(self) -> bool:
        """Whether nobody refused with an answer, but the connection was closed."""
        return self.refusal is not None and self.refusal.status is None


def refuses_size(exchange: Exchange) -> bool:
    """Whether a body was refused for its size: 413 Content Too Large (RFC 9110 section 15.5.14)."""
    return exchange.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def is_cut(exchange: Exchange) -> bool:
    """Whether the connection was closed without an answer."""
    failure = exchange.failure
    return exchange.status is None and failure is not None and failure.kind is FailureKind.RESET
