"""Clocks read from recorded answers, each against the clock of whoever recorded them."""

from __future__ import annotations

from urllib.parse import urlsplit

from regdoctor.check import Quote
from regdoctor.evidence.clocks import Reading
from regdoctor.evidence.story import Story


def reading_at(story: Story, origin: str, whose: str) -> Reading | None:
    """How far the clock of one origin is ahead of the recorder's, by all its answers; None where none tells.

    None as well where the answers contradict each other: the clock was set meanwhile, or several machines answer.
    """
    seen = story.skews.get(origin)
    if not seen:
        return None
    least, most = max(one[0] for one in seen), min(one[1] for one in seen)
    if least > most:
        return None
    call = min(seen, key=lambda one: one[1] - one[0])[2]
    return Reading(whose, (least + most) / 2, (most - least) / 2, call.exchange)


def quote_of(reading: Reading) -> Quote:
    """The reading as evidence."""
    quote = reading.exchange.quote("Date")
    return Quote(quote.source, f"{quote.quote}: {reading.words}, against the recorder's clock")


def origin_of_address(url: str) -> str:
    """Scheme, host and port of an address, as stories are kept by; empty for what has none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def host_of(url: str) -> str:
    """The host alone, lower case; empty for what has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
