"""Lengths of time as people say them."""

from __future__ import annotations

_UNITS = (("year", 365 * 86400), ("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def duration(seconds: float) -> str:
    """The length of a time, rounded down to a unit that fits exactly once, or twice: `1 hour`, `90 seconds`."""
    whole = int(abs(seconds))
    for name, length in _UNITS:
        if whole >= 2 * length or (whole == length and name != "second"):
            count = whole // length
            return f"{count:,} {name}{'' if count == 1 else 's'}"
    return f"{whole} second{'' if whole == 1 else 's'}"
