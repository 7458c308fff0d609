"""Times, durations and access for people; every text in one line and of bounded length."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from regdoctor.distribution.durations import duration
from regdoctor.distribution.scopes import Access
from regdoctor.distribution.timestamps import timestamp
from regdoctor.foreign_text import clean

_MOST = 20
"""Entries of access, and audiences, that are shown."""


def moment(epoch: float, now: float) -> str:
    """`2026-01-01 10:00:00 UTC (11:00:00 CET), 3 minutes ago`: in UTC, by this machine's zone, and from now.

    A time beyond the calendar stays the number that it is.
    """
    apart = f"{duration(now - epoch)} ago" if epoch <= now else f"in {duration(epoch - now)}"
    try:
        utc = datetime.datetime.fromtimestamp(epoch, datetime.UTC)
        local = utc.astimezone()
    except (OverflowError, ValueError, OSError):
        return f"{timestamp(epoch)}, {apart}"
    here = f"{local:%Y-%m-%d %H:%M:%S %Z}" if local.date() != utc.date() else f"{local:%H:%M:%S %Z}"
    return f"{utc:%Y-%m-%d %H:%M:%S} UTC ({here} here), {apart}"


def access_in_words(entries: Sequence[Access]) -> list[str]:
    """A line for each: `pull and push on group/project`."""
    lines = [_entry(entry) for entry in entries[:_MOST]]
    if len(entries) > _MOST:
        lines.append(f"and {len(entries) - _MOST:,} more")
    return lines


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _entry(entry: Access) -> str:
    actions = listed([clean(action) for action in entry.actions[:_MOST]]) or "nothing"
    actions = "everything" if entry.actions == ("*",) else actions
    if (entry.type, entry.name) == ("registry", "catalog"):
        return f"{actions} on the registry's catalogue"
    kind = "" if entry.type == "repository" else f"{clean(entry.type) or 'something without a type'} "
    return f"{actions} on {kind}{clean(entry.name) or 'a resource without a name'}"
