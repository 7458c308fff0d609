"""What people do with a registry, and the parts of its storage: the words in which each store's calls are told."""

from __future__ import annotations

import enum


class Area(enum.StrEnum):
    """Which of the registry's keys a call is about: policies differ by prefix."""

    BUCKET = ""
    """The bucket itself, or its root."""
    BLOBS = "blobs"
    """`docker/registry/v2/blobs/`."""
    LINKS = "repositories"
    """`docker/registry/v2/repositories/`, links of manifests, tags and layers."""
    UPLOADS = "uploads"
    """`docker/registry/v2/repositories/*/_uploads/`."""


class Use(enum.StrEnum):
    """What people do with a registry; the value says it in a word."""

    HEALTH = "health"
    PULL = "pull"
    PUSH = "push"
    DELETE = "delete"
    GC = "garbage collection"
