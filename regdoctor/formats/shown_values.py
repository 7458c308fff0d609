"""Values as they are put into a sentence."""

from __future__ import annotations

from regdoctor.formats.located import Located

_LONGEST = 80


def shown(value: Located | None) -> str:
    """The value on one line of at most 80 characters, a secret as its placeholder; empty for null and collections.

    Raises UndecidedError where it is computed at run time.
    """
    text = " ".join(((value.text() if value is not None else None) or "").split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
