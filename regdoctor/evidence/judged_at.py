"""When an answer was given, by the clock of the one who gave it."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.distribution.timestamps import timestamp
from regdoctor.evidence.clocks import Reading
from regdoctor.evidence.exchange import Exchange


@dataclass(frozen=True, slots=True)
class JudgedAt:
    """The span in which a registry looked at its clock to judge what it was shown."""

    earliest: float
    """Seconds since the epoch, as `latest`: the time by the registry's clock was somewhere between the two."""
    latest: float
    direct: bool
    """Whether it is the registry's clock for certain; else it may be that of a proxy before it."""
    exchange: Exchange
    """The answer that was given then."""
    quote: Quote
    """What tells the time."""

    @property
    def words(self) -> str:
        """`2023-11-14T22:13:20Z by the registry's clock`."""
        whose = "the registry's clock" if self.direct else "the Date of its answer, which may be a proxy's"
        return f"{timestamp(self.earliest)} by {whose}"


def judged_at(answer: Exchange, registry: Reading | None) -> JudgedAt | None:
    """When `answer` was given.

    registry: the registry's clock against this machine's, where it was read; it counts only where it is `direct`, for
    it is the registry's own then, whoever wrote the answer's Date.

    None where the answer has no Date, or one that a cache may have kept (RFC 9111, Age).
    """
    if registry is not None and registry.direct:
        asked = answer.started + registry.offset
        earliest, latest = asked - registry.uncertainty, asked + answer.seconds + registry.uncertainty
        return JudgedAt(earliest, latest, True, answer, registry.quote())
    date = answer.date()
    if date is None or answer.header("Age") not in (None, "0"):
        return None
    server = answer.header("Server")
    quote = Quote(answer.quote().source, f"Date: {answer.header('Date')}" + (f" (Server: {server})" if server else ""))
    # The header is written when the answer is, after the token was judged, and is cut to the second.
    return JudgedAt(date - answer.seconds, date + 1, False, answer, quote)
