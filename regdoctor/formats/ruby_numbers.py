"""The numbers of Ruby."""

from __future__ import annotations

_MOST_DIGITS = 72


def integer(text: str) -> int | None:
    """A whole number: `1_000`, `0644` and `0o644` to base 8, `0x1f`, `0b11`; None for one beyond all use."""
    written = text.replace("_", "").lower()
    digits = written.lstrip("0") or "0"
    try:
        if written.startswith("0") and len(written) > 1 and written[1].isdigit():
            return int(written, 8)  # 0644 is octal
        if written.startswith("0d"):
            return int(written[2:])
        return int(written, 0) if len(digits) <= _MOST_DIGITS else None
    except ValueError:
        return None


def decimal(text: str) -> float | None:
    """A number such as `1.5e3`."""
    try:
        return float(text.replace("_", ""))
    except ValueError:
        return None
