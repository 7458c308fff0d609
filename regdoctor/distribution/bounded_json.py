"""JSON from strangers: parsed without ever raising, and only where it is safe to walk and to write out."""

from __future__ import annotations

import json
from typing import Any

_DEEPEST = 64
"""Levels of nesting. A registry's own answers have fewer than ten; deeper ones are made to break programs."""


def parse_json(data: bytes | str) -> Any:
    """The value that `data` holds, or None where it is not JSON, or not safe to walk and to write out.

    None stands for: not UTF-8, not JSON (RFC 8259; NaN and Infinity are not), nested deeper than 64 levels,
    or with half a surrogate pair in a string, which no output could encode.
    """
    try:
        value = json.loads(data, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return value if _is_sane(value) else None


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")


def _is_sane(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        below: list[Any] = []
        for item in level:
            match item:
                case str():
                    if not _is_text(item):
                        return False
                case dict():
                    below.extend(item.keys())
                    below.extend(item.values())
                case list():
                    below.extend(item)
                case _:
                    pass
        if not below:
            return True
        level = below
    return False


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
