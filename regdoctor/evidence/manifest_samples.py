"""Manifests that were looked at: through the API, and in the storage itself; how many, and which are schema1."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.check import Quote


@dataclass(frozen=True, slots=True)
class Schema1Manifest:
    """One manifest of schema version 1."""

    repository: str
    reference: str
    """A tag, or a digest."""
    seen_as: Quote
    served: bool | None
    """Whether the registry gives it out; None where it was seen in the storage only."""


@dataclass(frozen=True, slots=True)
class ManifestSample:
    """What was found in one place."""

    schema1: tuple[Schema1Manifest, ...]
    looked_at: int
    complete: bool
    """Whether this was all there is; False: the time, or the number of requests allowed, was over first."""
    unreadable: int = 0
    """How many could not be read."""

    @property
    def words(self) -> str:
        """How much was seen, for people."""
        many = f"{self.looked_at} manifest{'' if self.looked_at == 1 else 's'}"
        extent = f"{many}, which is all" if self.complete else f"{many}, a sample: not all could be seen in time"
        return extent + (f", {self.unreadable} of them unreadable" if self.unreadable else "")


@dataclass(frozen=True, slots=True)
class Example:
    """A manifest that can be asked for again."""

    repository: str
    tag: str
    config: str
    """The digest of its configuration, a small blob; empty where it has none, as an index."""


@dataclass(frozen=True, slots=True)
class ServedManifests(ManifestSample):
    """Through the registry's API."""

    example: Example | None = None
    """One that was served; None where none was."""


@dataclass(frozen=True, slots=True)
class StoredManifests(ManifestSample):
    """In the storage tree: a folder or a bucket."""


def is_schema1(manifest: object) -> bool:
    """Whether a parsed manifest is of schema version 1 (distribution, docs/spec/manifest-v2-1.md)."""
    return isinstance(manifest, dict) and manifest.get("schemaVersion") == 1
