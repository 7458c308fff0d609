"""Header and claims of a token as they stand in it, whatever a registry would say to them."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from regdoctor.distribution.bounded_json import parse_json

_LONGEST = 2 << 20
"""Characters of one part that are decoded."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The two parts that are JSON; None for one that is not an object, or nested too deep to be walked."""

    header: dict[str, Any] | None
    claims: dict[str, Any] | None
    signed: bool
    """Whether there is a third part with anything in it."""


def split_token(text: str) -> Parts:
    """The parts of `text`, as far as they can be decoded. Raises nothing."""
    parts = [*text.split(".", 3), "", ""]
    return Parts(_object(parts[0]), _object(parts[1]), bool(parts[2]))


def _object(part: str) -> dict[str, Any] | None:
    bare = part.rstrip("=")
    if not bare or len(bare) > _LONGEST or not bare.isascii():
        return None
    try:
        data = base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    value = parse_json(data)
    return value if isinstance(value, dict) else None
