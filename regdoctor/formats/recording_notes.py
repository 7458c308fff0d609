"""What recordings of ours say beyond their format: in a flow's metadata, and in `_regdoctor` of a HAR's entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

PREFIX = "regdoctor."
"""Before each name in the metadata of a flow."""
COMPLETE = "cleaned"
"""The note of a record that we wrote: what it does not say is not known, and its bodies have no content encoding."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_ADDRESS = re.compile(r"[\w.:%\[\]-]{1,80}", re.ASCII)
_ORIGIN = re.compile(r"https?://[\w.:%\[\]-]{1,260}", re.ASCII)
_SHAPES = {
    "request_digest": _DIGEST,
    "response_digest": _DIGEST,
    "id": _ADDRESS,
    "client": _ADDRESS,
    "connection": _ADDRESS,
    "server": _ADDRESS,
    "capture_origin": _ORIGIN,
}
_COUNTS = ("request_size", "response_size")
_TIMES = ("started", "request_ended", "answered", "ended", "error_at")
_SWITCHES = ("response_cut", "verified", "expected_continue", COMPLETE)


def notes_of(metadata: Any) -> dict[str, Any]:
    """The notes of ours, each by the name of RawExchange's field, without what is not of the field's type."""
    if not isinstance(metadata, Mapping):
        return {}
    named = {str(key).removeprefix(PREFIX): value for key, value in metadata.items()}
    return {name: value for name, value in named.items() if _fits(name, value)}


def _fits(name: str, value: Any) -> bool:
    if name in _SHAPES:
        return isinstance(value, str) and bool(_SHAPES[name].fullmatch(value))
    if name in _COUNTS:
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63
    if name in _TIMES:
        return isinstance(value, int | float) and not isinstance(value, bool) and is_time(value)
    return name in _SWITCHES and isinstance(value, bool)


def is_time(value: float) -> bool:
    """Whether a number can be seconds since the epoch: none before it, none after the year 33658."""
    return 0 <= value < 1e12
