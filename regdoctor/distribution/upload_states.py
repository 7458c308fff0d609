"""What the registry gives a client to bring back with the next piece of an upload: `_state`."""

from __future__ import annotations

import base64
import binascii
import functools
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from regdoctor.distribution.bounded_json import parse_json

_HMAC = 32
"""Bytes of HMAC-SHA256 before the JSON."""
_LONGEST = 1 << 13
"""Characters that are looked at: a repository's name has 255 at most, the rest is fixed."""
_CLEANED = "redacted."
"""What stands before the JSON in place of the signature; nothing in it needs percent-encoding."""
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+={0,2}")
_USUAL = re.compile(
    rb'\{"Name":"([a-z0-9._/-]+)","UUID":"([0-9A-Za-z-]+)","Offset":(0|[1-9][0-9]{0,17}),'
    rb'"StartedAt":(?:null|([1-9][0-9]{0,10}(?:\.[0-9]+)?))\}'
)
"""How `cleaned_upload_state` writes nearly all of them."""
_ZERO = "0001-01-01T00:00:00Z"
"""Go's zero time: no start is known."""


@dataclass(frozen=True, slots=True)
class UploadState:
    """The readable part of `_state` (hmacKey.packUploadState in registry/handlers/hmac.go), unverified."""

    name: str
    """The repository."""
    upload: str
    """The UUID."""
    offset: int
    """Bytes that were stored when it was written."""
    started: float | None
    """Seconds since the epoch; None where it cannot be read."""


def read_upload_state(text: str) -> UploadState | None:
    """Read it from base64url(HMAC-SHA256 || JSON), or from what a cleaned recording keeps of it (see `cleaned`).

    None for what is neither.
    """
    return _read(text) if len(text) <= _LONGEST else None


@functools.lru_cache(maxsize=256)
def _read(text: str) -> UploadState | None:
    """Kept for a while: a state is read in the answer that gives it, and in the request that brings it back."""
    bare = text.removeprefix(_CLEANED)
    content = _decoded(bare)
    if (usual := _USUAL.fullmatch(content)) and len(bare) < len(text):
        name, upload, offset, started = usual.groups()
        return UploadState(name.decode(), upload.decode(), int(offset), float(started) if started else None)
    return _state(parse_json(content if len(bare) < len(text) else content[_HMAC:]))


def cleaned_upload_state(state: UploadState | None) -> str:
    """What may be shown of it, in a form that `read_upload_state` reads; `[redacted]` where nothing could be read.

    The first has letters, digits and `-_.` alone, so that it can stand in a URL as it is; the second needs encoding.
    """
    if state is None:
        return "[redacted]"
    shown = {"Name": state.name, "UUID": state.upload, "Offset": state.offset, "StartedAt": state.started}
    content = json.dumps(shown, separators=(",", ":")).encode()
    return f"{_CLEANED}{base64.urlsafe_b64encode(content).decode().rstrip('=')}"


def _decoded(text: str) -> bytes:
    """The bytes of base64url, with or without padding; none where it is none."""
    if not _BASE64URL.fullmatch(text):
        return b""
    bare = text.rstrip("=")
    try:
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except binascii.Error:
        return b""


def _state(document: Any) -> UploadState | None:
    match document:
        case {"Name": str() as name, "UUID": str() as upload, "Offset": int() as offset} if (
            # A bool is an int to Python; Go's Offset has 64 bits.
            not isinstance(offset, bool) and 0 <= offset < 1 << 63
        ):
            return UploadState(name, upload, offset, _moment(document.get("StartedAt")))
        case _:
            return None


def _moment(value: Any) -> float | None:
    """Go writes RFC 3339 with up to nine digits behind the second; a cleaned one has the number."""
    match value:
        case int() | float() if not isinstance(value, bool) and abs(value) < 1e12:
            return float(value)
        case str() if value != _ZERO:
            try:
                moment = datetime.fromisoformat(value)
                return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
            except (ValueError, OverflowError):
                return None
        case _:
            return None
