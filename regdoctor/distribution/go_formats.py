"""Texts as Go writes them: quoted strings and moments, as they stand in a registry's log."""

from __future__ import annotations

import datetime
import re

_SHORT = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}
_PLAIN_FIELD = re.compile(r"[A-Za-z0-9._/@^+-]+")
_FROM_YEAR_1 = 62_135_596_800
"""Seconds from the year 1, from which Go's time.Time counts, to 1970."""


def quoted(text: str) -> str:
    """A text as %q writes it (Go's strconv.Quote)."""
    escaped = {char: _escaped(char) for char in set(text)}  # a key ID may be as long as a header, a megabyte
    return f'"{"".join(map(escaped.__getitem__, text))}"'


def logged_field(name: str, value: str) -> str:
    """A field beside a message as logrus' text format writes it: quoted only where it has to be."""
    return f"{name}={value if _PLAIN_FIELD.fullmatch(value) else quoted(value)}"


def moment_of(seconds: int) -> int:
    """The moment that Go's time.Unix makes of a 64-bit number of seconds: near its limit it wraps into the past."""
    return (seconds + _FROM_YEAR_1 + (1 << 63)) % (1 << 64) - (1 << 63) - _FROM_YEAR_1


def written_moment(seconds: float) -> str | None:
    """Seconds since 1970 as Go's time.Time prints them, in UTC and whole seconds; None outside the years 1 to 9999.

    A registry writes them in the zone of its own host.
    """
    try:
        moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=int(seconds))  # noqa: DTZ001 - it is UTC
    except (OverflowError, ValueError):
        return None
    return f"{moment.isoformat(sep=' ')} +0000 UTC"


def _escaped(char: str) -> str:
    code = ord(char)
    if code in _SHORT:
        return _SHORT[code]
    if char.isprintable():
        return char
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
