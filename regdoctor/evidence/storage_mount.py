"""The file system that the registry's folder lies on: where it is mounted, how, and what room it has."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.formats.mount_table import Mount


@dataclass(frozen=True, slots=True)
class Room:
    """What statvfs(3) says."""

    size: int
    """Bytes in all."""
    free: int
    """Bytes that the registry's account may still write: without root's reserve, unless it is root."""
    files: int
    """Inodes in all; 0 where the file system counts none (btrfs)."""
    files_free: int


@dataclass(frozen=True, slots=True)
class StorageMount:
    """Of a running or stopped registry's own host, or as fstab of a copied tree plans it."""

    named_by: Quote
    """The setting that names the folder."""
    path: str
    """rootdirectory with links followed, as the host calls it."""
    live: bool
    """Whether `mount` is in force; else it is what fstab plans."""
    mount: Mount | None = None
    """None where it is not known."""
    planned: Mount | None = None
    """The deepest line of fstab at the folder or above it, that of `/` left out."""
    planned_missing: bool = False
    """Whether `planned` is to be mounted at boot, and nothing is mounted there."""
    room: Room | None = None
    """None where it is not known, as in a copy."""
    folds_case: bool | None = None
    """Whether a name that is there is also found when spelt with capitals; None where that was not seen."""
    in_container: bool = False
    """Whether the tree that is examined is a container's, and the folder on no mount of its own."""
