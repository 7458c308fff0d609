"""What the registry gives a client to bring back with the next piece of an upload: `_state`."""

from __future__ import annotations

from dataclasses import dataclass


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
    raise NotImplementedError


def cleaned_upload_state(state: UploadState | None) -> str:
    """What may be shown of it, in a form that `read_upload_state` reads; `[redacted]` where nothing could be read."""
    raise NotImplementedError
