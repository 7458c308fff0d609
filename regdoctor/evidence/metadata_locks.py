"""The files by which GitLab's registry marks where it keeps its metadata."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MetadataLocks:
    """The lock files in a registry's storage on disk."""

    folder: str
    """`docker/registry/lockfiles` below the storage's root, as the host calls it."""
    source: str
    """Where it was read: `folder` below the root that is examined."""
    database_in_use: bool
    filesystem_in_use: bool
