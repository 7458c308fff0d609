"""What a plain YAML scalar means: the rules of go-yaml v2, which the registry reads its file with."""

from __future__ import annotations

import math
import re

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE = frozenset(("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"))
_FALSE = frozenset(("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"))
_LONGEST_NUMBER = 64
"""Characters: longer digits are no number that the registry could hold, and costly to convert."""
_INTEGER = re.compile(
    r"(?P<sign>[-+]?)(?:0b(?P<b2>[01]+)|0o?(?P<b8>[0-7]+)|0x(?P<b16>[0-9a-fA-F]+)|(?P<b10>0|[1-9][0-9]*))"
)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SMALLEST, _LARGEST = -(2**63), 2**64 - 1


def resolve(text: str) -> str | int | float | bool | None:
    """The value of a plain (unquoted) scalar.

    Source: resolve.go of gopkg.in/yaml.v2, which distribution 2.x and 3.x import. It differs from YAML 1.1
    as PyYAML reads it: no base-60 numbers, so that `5000:5000` stays text. Dates stay text here too, as the
    registry has no field for one. yaml.v2 also reads a lone `y` or `n` as a boolean, and Ruby's Psych, which
    reads gitlab.yml, does not; they stay text.
    """
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    if len(text) > _LONGEST_NUMBER or text[0] not in "+-.0123456789":
        return text
    integer = _integer(text.replace("_", ""))
    if integer is not None:
        return integer
    return _float(text)


def _integer(text: str) -> int | None:
    match = _INTEGER.fullmatch(text)
    if match is None:
        return None
    for base in (2, 8, 16, 10):
        digits = match[f"b{base}"]
        if digits is not None:
            value = int(match["sign"] + digits, base)
            return value if _SMALLEST <= value <= _LARGEST else None
    return None


def _float(text: str) -> float | str:
    if _FLOAT.fullmatch(text) is None or (text.lstrip("+-").startswith("0") and text.lstrip("+-").isdigit()):
        return text
    value = float(text)
    return text if math.isinf(value) else value
