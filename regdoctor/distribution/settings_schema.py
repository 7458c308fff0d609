"""Which settings config.yml has, for which product and version, and with which types."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.settings_tables import REDIS_INSTANCES, SAME_DRIVERS, SECTIONS, STORAGE

Path = tuple[str, ...]
Version = tuple[int, ...]

LATEST: Mapping[Generation, Version] = {
    Generation.DISTRIBUTION_2: (2, 8),
    Generation.DISTRIBUTION_3: (3, 1),
    Generation.GITLAB: (4, 41),
}
"""The newest version of each product whose settings the tables hold."""

_TOKENS = {"2": Generation.DISTRIBUTION_2, "3": Generation.DISTRIBUTION_3, "gitlab": Generation.GITLAB}
_OPEN = frozenset(("free", "headers"))
_ANY_CASE = (("storage", "azure"), ("storage", "swift"))
"""Drivers whose parameters are matched whatever their case (mapstructure)."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of config.yml."""

    path: Path
    """`*` stands for each item of a list, and for each kind of middleware."""
    kind: str
    """bool, int, duration (`10s`, or a number of nanoseconds), text, texts (a list), list (of mappings), map, headers
    (a mapping to lists of texts), free (a mapping with any keys), any (what its driver takes)."""
    known_by: Mapping[Generation, tuple[Version, Version]]
    """Who knows it: from which version on, and up to which (not included); () where there is no bound."""

    @property
    def name(self) -> str:
        """The dotted path."""
        return ".".join(self.path)

    def is_known_by(self, generation: Generation | None, version: Version = ()) -> bool:
        """Whether that product knows it; None: whether any does. A version that is not known counts as knowing."""
        if generation is None:
            return True
        span = self.known_by.get(generation)
        if span is None:
            return False
        since, until = span
        return not version or (version >= since[: len(version)] and (not until or version < until))


def known(path: Path, generation: Generation | None, version: Version = ()) -> Setting | None:
    """The setting at a path, as the product knows it; None where it knows none there.

    path: keys, with numbers for the items of lists. generation: None asks whether any product knows it.

    What is below a mapping that takes any keys, and below a storage driver or a way to authenticate that no table has,
    is that mapping's own setting: nothing can be said of it.
    """
    found = _find(ungrouped(path))
    return found if found is not None and found.is_known_by(generation, version) else None


def generations_knowing(path: Path) -> frozenset[Generation]:
    """The products that know a setting at that path."""
    found = _find(ungrouped(path))
    return frozenset() if found is None else frozenset(found.known_by)


def readers_of(path: Path) -> str:
    """The products and versions that know a setting, in words: `distribution 3 and GitLab's registry`; or nothing."""
    found = _find(ungrouped(path))
    spans = {} if found is None else found.known_by
    return " and ".join(_spanned(generation, spans[generation]) for generation in Generation if generation in spans)


def _spanned(generation: Generation, span: tuple[Version, Version]) -> str:
    since, until = (".".join(map(str, bound)) for bound in span)
    name = str(generation)
    if since or until:
        bare = name.rpartition(" ")[0] if generation is not Generation.GITLAB else name
        name = f"{bare} {since} and later" if since else f"{bare} before {until}"
    return name


@lru_cache(maxsize=512)
def children(path: Path, generation: Generation | None, version: Version = ()) -> tuple[str, ...]:
    """The keys that the product knows directly below a path, in the order of the tables."""
    depth = len(path)
    return tuple(
        dict.fromkeys(
            item.path[depth]
            for item in settings().values()
            if len(item.path) > depth and _fits(item.path[:depth], path) and item.is_known_by(generation, version)
        )
    )


def ungrouped(path: Path) -> Path:
    """The path with `*` for the items of lists, and with the parameters of such drivers as the tables spell them."""
    parts = tuple("*" if part.isdigit() else part for part in path)
    if len(parts) > 1 and parts[0] == "storage" and parts[1] in SAME_DRIVERS:
        parts = ("storage", SAME_DRIVERS[parts[1]], *parts[2:])
    if parts[:2] in _ANY_CASE:
        parts = tuple(part.lower() for part in parts)
    return parts


def _fits(pattern: Path, path: Path) -> bool:
    return len(pattern) == len(path) and all(a in ("*", b) for a, b in zip(pattern, path, strict=True))


def _find(path: Path) -> Setting | None:
    table = settings()
    if path in table:
        return table[path]
    if path[0] == "middleware" and len(path) > 1:
        return table.get(("middleware", "*", *path[2:])) or table[("middleware", "*", "*", "options")]
    if len(path) > 1 and path[0] in ("storage", "auth") and path[:2] not in table:
        return Setting(path[:2], "free", dict.fromkeys(Generation, ((), ())))
    for length in range(len(path) - 1, 0, -1):
        above = table.get(path[:length])
        if above is not None:
            return above if above.kind in _OPEN or (above.kind in ("any", "texts") and path[-1] == "*") else None
    return None


@cache
def settings() -> Mapping[Path, Setting]:
    """Every setting of any product by its path; those of drivers under the first of their names."""
    found: dict[Path, Setting] = {}
    rows = [*_rows(SECTIONS, ()), *_rows(STORAGE, ("storage",))]
    for path, kind, spans in rows:
        old = found.get(path)
        found[path] = Setting(path, kind, {**(old.known_by if old else {}), **spans})
    for name in REDIS_INSTANCES:
        for path, item in list(found.items()):
            if path[0] == "redis" and Generation.GITLAB in item.known_by and path[1] not in REDIS_INSTANCES:
                there = ("redis", name, *path[1:])
                found[there] = Setting(there, item.kind, {Generation.GITLAB: item.known_by[Generation.GITLAB]})
    for path, item in list(found.items()):
        for length in range(1, len(path)):
            above = found.get(path[:length])
            spans = dict.fromkeys(item.known_by, ((), ()))
            if above is None or above.kind == "map":
                found[path[:length]] = Setting(path[:length], "map", {**(above.known_by if above else {}), **spans})
    return found


def _rows(text: str, below: Path) -> Iterator[tuple[Path, str, dict[Generation, tuple[Version, Version]]]]:
    for line in text.strip().splitlines():
        section, names, kind, products = (cell.strip() for cell in line.split("|"))
        parent = below if section == "." else (*below, *section.split("."))
        spans = _spans(products)
        if not names:
            yield parent, "map", spans
        for name in names.split():
            yield (*parent, name), kind, spans


def _spans(products: str) -> dict[Generation, tuple[Version, Version]]:
    if products == "all":
        return dict.fromkeys(Generation, ((), ()))
    found: dict[Generation, tuple[Version, Version]] = {}
    for word in products.split():
        product, sign, version = re.fullmatch(r"(\w+)(?:(>=|<)([\d.]+))?", word).groups()  # type: ignore[union-attr]
        bound = tuple(int(part) for part in version.split(".")) if version else ()
        found[_TOKENS[product]] = (bound, ()) if sign == ">=" else ((), bound)
    return found
