"""The room that is left where Docker keeps images and what it downloads."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.check import Quote


@dataclass(frozen=True, slots=True)
class DockerDisk:
    """One file system, as statvfs(3) tells it to programs without privileges."""

    path: str
    """The data root."""
    said_by: Quote
    """Where the path comes from, or the file system itself."""
    size: int
    """Bytes in all."""
    free: int
    """Bytes that are free."""
    files: int
    """Inodes in all; 0 where the file system counts none (btrfs)."""
    files_free: int
