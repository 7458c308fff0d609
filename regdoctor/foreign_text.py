"""A text that somebody else wrote, fit to stand in a line of ours."""

from __future__ import annotations

from regdoctor.redaction import redact

_LONGEST = 300
_SHORT = 120


def spelt_out(text: str) -> str:
    """Redacted, in one line, control characters spelt out, whole."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in redact(text))


def clean(text: str, longest: int = _LONGEST) -> str:
    """Redacted, in one line, control characters spelt out, and not longer than people read.

    Redacted before it is cut: half of a secret would not be known for one. longest: characters that are kept.
    """
    line = spelt_out(text[: 1 << 16])
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def short(text: str) -> str:
    """The same of a name, an address or a list that stands within a sentence: 120 characters at most."""
    return clean(text, _SHORT)
