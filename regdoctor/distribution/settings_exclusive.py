"""Settings that one product alone knows, by which a configuration tells whose it is."""

from __future__ import annotations

from collections.abc import Iterable

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.settings_schema import Path, generations_knowing
from regdoctor.distribution.settings_tables import ADDED_BY_HARBOR

_ENOUGH = 2
"""A single such key may be the very mistake: written for another product than the one that reads it."""


def exclusive_to_one(paths: Iterable[Path]) -> tuple[Generation, tuple[Path, ...]] | None:
    """The product that alone knows some of these settings, with those; None where it is fewer than two or several
    products.

    paths: all that a configuration holds, sections before what is in them. Of a section that one product alone has, the
    section alone counts: whoever copies it by mistake copies all of it. A driver tells nothing: another product may be
    built with it.
    """
    found: dict[Path, Generation] = {}
    for path in paths:
        if any(path[:length] in found for length in range(1, len(path))) or path in ADDED_BY_HARBOR:
            continue
        readers = generations_knowing(path)
        if len(readers) == 1 and not (len(path) == 2 and path[0] in ("storage", "auth") and path[1] != "tag"):
            found[path] = next(iter(readers))
    owners = set(found.values())
    return (owners.pop(), tuple(found)) if len(owners) == 1 and len(found) >= _ENOUGH else None
