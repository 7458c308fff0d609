"""What lies in the folder that a registry with filesystem storage keeps its images in."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.check import Quote


@dataclass(frozen=True, slots=True)
class FoundRegistry:
    """A folder with the parts of a registry's storage, `blobs` and `repositories`, where the registry does not look."""

    path: str
    """As the host calls it."""
    root_directory: str = ""
    """The rootdirectory with which the registry would find it; empty where the folders above it are not called
    docker/registry/v2, so that it must be moved."""


@dataclass(frozen=True, slots=True)
class StorageRoot:
    """The registry's rootdirectory."""

    named: Quote
    """The setting that names it."""
    path: str
    """As the host calls it, without a slash at its end."""
    holds_registry: bool
    """Whether docker/registry/v2 is in it."""
    elsewhere: tuple[FoundRegistry, ...] = ()
    """What was found around the right place; looked for only where `holds_registry` is false."""
    problem: str = ""
    """Why it could not be looked at; empty where it could."""
