"""What was asked of a capture, before anything is looked up or started."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path


class Mode(enum.StrEnum):
    """How the capture stands between client and registry."""

    REVERSE = "reverse"
    REGULAR = "regular"


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for."""

    mode: Mode
    url: str
    """The registry; may be empty in regular mode."""
    host: str
    port: int
    """0: any free one."""
    record: Path | None = None
    """Where the recording is kept; None: nowhere."""
    ca_file: Path | None = None
    client: tuple[str, ...] = ()
