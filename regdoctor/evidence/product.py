"""Which registry it is, and which version: what the meaning of a setting depends on."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.distribution.generation import Generation
from regdoctor.distribution.settings_exclusive import exclusive_to_one
from regdoctor.formats.image_defaults import image_name
from regdoctor.formats.located import Computed, Located
from regdoctor.formats.registry_version import read_version

__all__ = ["Generation", "Product", "from_image", "from_settings", "from_version"]


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


def from_version(version: Located) -> Product | None:
    """The product that a version names, as the registry, its packages and its logs write it; None where it tells none.

    Raises UndecidedError where it is computed at run time.
    """
    generation, numbers = read_version(version.text() or "")
    return None if generation is None else Product(generation, numbers, (version.quote(),))


def from_settings(tree: Located) -> Product | None:
    """The product whose keys a config.yml holds, where at least two are known to it alone and none to another alone.

    tree: as the file has it, without variables.
    """
    values = {path: value for path, value in tree.walk() if path}
    found = exclusive_to_one(values)
    if found is None:
        return None
    generation, paths = found
    version = (3,) if generation is Generation.DISTRIBUTION_3 else ()
    quotes = (_of_one(values[path], generation) for path in paths)
    return Product(generation, version, tuple(quotes))


def _of_one(value: Located, generation: Generation) -> Quote:
    return Quote(value.place.source, f"{value.name}, which {generation} alone knows", value.place.line)


def from_image(reference: Located) -> Product | None:
    """The product of an image: `registry:2.8.3`, GitLab's own. None for images that are not known to be a registry,
    for a tag such as `latest` that tells no version, and for a reference that is computed at run time.
    """
    if isinstance(reference.value, Computed):
        return None
    name = image_name(reference.text() or "")
    generation, version = read_version(name.tag)
    if name.is_gitlabs:
        known = version if generation is Generation.GITLAB else ()
        return Product(Generation.GITLAB, known, (reference.quote(),))
    if not name.is_official or generation not in (Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3):
        return None
    return Product(generation, version, (reference.quote(),))
