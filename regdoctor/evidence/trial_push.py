"""A small image that was pushed to one hop, step by step, and removed again."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange


class Manner(enum.StrEnum):
    """How the layer is sent (distribution-spec, Pushing Blobs)."""

    MONOLITHIC = "monolithic"
    """POST, then one PUT with the whole layer: end-4a and end-6."""
    CHUNKED = "chunked"
    """POST, one PATCH with Transfer-Encoding: chunked as docker sends it, then an empty PUT: end-4a, end-5, end-6."""


@dataclass(frozen=True, slots=True)
class TrialPush:
    """One push. Each of its requests is an exchange, the last of them the one that failed, if one did."""

    endpoint: Endpoint
    manner: Manner
    repository: str
    size: int
    """Bytes of the layer."""
    exchanges: tuple[Exchange, ...]
    stopped: str = ""
    """Why it went no further, in words; empty where the image was pushed and pulled back whole."""
    location: str = ""
    """The first Location of an upload, as the server wrote it."""
    left: tuple[str, ...] = ()
    """What could not be removed again, and why: a line each."""
    image_left: bool = False
    """Whether the image itself is among that, with its tag."""
    seconds: float = 0.0

    @property
    def succeeded(self) -> bool:
        """Whether the image was pushed, and its manifest read back."""
        return not self.stopped

    @property
    def last(self) -> Exchange | None:
        """The exchange at which it ended."""
        return self.exchanges[-1] if self.exchanges else None
