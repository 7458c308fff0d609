"""Which registry it is, and which version: what the meaning of a setting depends on."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.distribution.generation import Generation

__all__ = ["Generation", "Product"]


@dataclass(frozen=True, slots=True)
class Product:
    """The registry software of the target, as far as anything tells."""

    generation: Generation | None
    """None: nothing tells, and `reason` says what was looked at."""
    version: tuple[int, ...] = ()
    """Such as (2, 8, 3) or (4, 41, 0); empty where it is not known, or a part of it: (3,)."""
    evidence: tuple[Quote, ...] = ()
    """What tells it: a package database, an image tag, a path, a header, a log line."""
    reason: str = ""

    def candidates(self) -> frozenset[Generation]:
        """Every generation that it may be."""
        return frozenset(Generation) if self.generation is None else frozenset((self.generation,))

    def may_be(self, *generations: Generation) -> bool:
        """Whether it is, or could be, one of these."""
        return bool(self.candidates() & set(generations))

    def must_be(self, *generations: Generation) -> bool:
        """Whether it is known to be one of these."""
        return self.candidates() <= set(generations)

    def at_least(self, *version: int) -> bool | None:
        """Whether the version is that one or later; None where too little of it is known."""
        known = self.version[: len(version)]
        if known != version[: len(known)]:
            return known > version[: len(known)]
        return True if len(known) == len(version) else None

    def words(self) -> str:
        """Its name for people: `distribution 2.8.3`, `GitLab's registry`, `a registry of unknown make`."""
        if self.generation is None:
            return "a registry of unknown make"
        name = "GitLab's registry" if self.generation is Generation.GITLAB else "distribution"
        number = ".".join(map(str, self.version))
        if not number and self.generation is not Generation.GITLAB:
            number = self.generation.value.rpartition(" ")[2]
        return f"{name} {number}".rstrip()
