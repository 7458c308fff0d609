"""Which size to try next in the search for a limit in bytes: people write limits as round numbers."""

from __future__ import annotations

_UNITS = (1 << 20, 1 << 10, 1)
"""Bytes: limits are most often whole mebibytes (nginx 1m, ModSecurity's 13107200 are kibibytes)."""


def next_size(let_in: int, refused: int) -> int | None:
    """The size to try between one that is let in and a greater one that is refused; None where nothing is left.

    The middle, rounded to the largest unit of which a multiple lies between; and once no multiple of a unit is left,
    the byte after a `let_in` that is one, since that is where such a limit ends. A limit of whole MiB below 128 MiB is
    found in 8 steps, one of whole KiB in 20.
    """
    for unit in _UNITS:
        first, last = let_in // unit + 1, (refused - 1) // unit
        if first <= last:
            return (first + last) // 2 * unit
        if let_in and let_in % unit == 0 and refused > let_in + 1:
            return let_in + 1
    return None
