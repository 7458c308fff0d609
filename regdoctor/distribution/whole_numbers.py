"""Whole numbers as configurations write them: ports, counts, positions in a list."""

from __future__ import annotations

HIGHEST_PORT = 65535
_MOST_DIGITS = 18
"""What a Go int holds in any case. Python's int() refuses rows of digits above 4,300, and str.isdigit takes `²`."""


def whole_number(text: str | None, highest: int | None = None) -> int | None:
    """The number, where the text is nothing but ASCII digits, 18 at most, and not above `highest`; else None."""
    if not text or not text.isascii() or not text.isdecimal() or len(text.lstrip("0")) > _MOST_DIGITS:
        return None
    number = int(text.lstrip("0") or "0")
    return None if highest is not None and number > highest else number


def port_number(text: str | None) -> int | None:
    """The number of a TCP port, 0 to 65535 (0: any free one); None where it is none."""
    return whole_number(text, HIGHEST_PORT)
