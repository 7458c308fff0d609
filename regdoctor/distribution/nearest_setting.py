"""Which setting was most likely meant by a key that a product does not know."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from functools import lru_cache

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.settings_needless import why_needless
from regdoctor.distribution.settings_schema import Path, Version, children, known, settings, ungrouped

_CREDENTIALS = ("accesskey", "secretkey")
_ABBREVIATION = 4
"""From this many letters on, the beginning of just one name (`rootdir`) is taken for that name."""


def nearest(path: Path, generation: Generation | None, version: Version = ()) -> str | None:
    """The dotted path of the setting that was most likely meant; None where none is near enough to say."""
    wanted = ungrouped(path)
    renamed = _RENAMED.get(wanted) or _RENAMED.get((*wanted[:1], "*", *wanted[2:]))
    if renamed is not None:
        target = tuple(wanted[1] if part == "?" else part for part in renamed)
        if known(target, generation, version) is not None:
            return _as_written(target, path)
    if why_needless(wanted, generation):
        return None
    beside = [item for item in children(wanted[:-1], generation, version) if item != wanted[-1]]
    here = _closest(wanted[-1], beside)
    if here is not None:
        return _as_written((*wanted[:-1], here), path)
    if known(wanted, None) is not None:
        return None  # right for another product: then it was not meant for another section
    return _elsewhere(wanted, generation, version)


def misspelt_credential(path: Path, generation: Generation | None, version: Version = ()) -> str | None:
    """The credential of S3 that a key was meant to be, as `nearest`; None for a right or another key."""
    if len(path) != 3 or ungrouped(path)[:2] != ("storage", "s3") or known(path, generation, version) is not None:
        return None
    near = nearest(path, generation, version)
    return near if near is not None and near.rpartition(".")[2] in _CREDENTIALS else None


def _closest(name: str, choices: list[str]) -> str | None:
    plain = {_plain(choice): choice for choice in choices if choice != "*"}
    if _plain(name) in plain:
        return plain[_plain(name)]
    near = difflib.get_close_matches(_plain(name), plain, 1, 0.8)
    if near:
        return plain[near[0]]
    cut = [choice for start, choice in plain.items() if len(name) >= _ABBREVIATION and start.startswith(_plain(name))]
    return cut[0] if len(cut) == 1 else None


def _elsewhere(path: Path, generation: Generation | None, version: Version) -> str | None:
    """The one setting of another section that has the same key; None where there are several, or none."""
    if path[0] == "storage" or len(path[-1]) < 5:
        return None
    found = [
        item
        for item in settings().values()
        if item.path[-1] == _plain(path[-1])
        and "*" not in item.path
        and item.path[0] != "storage"
        and item.is_known_by(generation, version)
    ]
    return found[0].name if len(found) == 1 else None


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


_RENAMED: Mapping[Path, Path] = {
    ("storage", "*", "pathstyle"): ("storage", "?", "forcepathstyle"),
    ("storage", "*", "forcepathstyle"): ("storage", "?", "pathstyle"),
    ("notifications", "endpoints", "*", "maxretries"): ("notifications", "endpoints", "*", "threshold"),
    ("redis", "addr"): ("redis", "addrs"),
    ("redis", "addrs"): ("redis", "addr"),
    ("redis", "mainname"): ("redis", "mastername"),
    ("redis", "mastername"): ("redis", "mainname"),
    ("redis", "sentinelmasterset"): ("redis", "mastername"),
    ("redis", "pool"): ("redis", "poolsize"),
    ("redis", "pool", "maxidle"): ("redis", "maxidleconns"),
    ("redis", "pool", "maxactive"): ("redis", "maxactiveconns"),
    ("redis", "pool", "idletimeout"): ("redis", "connmaxidletime"),
    ("redis", "pool", "size"): ("redis", "poolsize"),
    ("redis", "maxretries"): ("redis", "pool", "size"),
    ("redis", "poolsize"): ("redis", "pool", "size"),
    ("storage", "s3", "endpoint"): ("storage", "?", "regionendpoint"),
    ("storage", "filesystem", "path"): ("storage", "?", "rootdirectory"),
}
"""What another product calls a setting; `?` stands for what the `*` stood for."""


def _as_written(found: Path, path: Path) -> str:
    """The found path with the driver and the numbers of the path that was asked for."""
    same = tuple(
        asked if known_part == "*" or (index == 1 and found[0] == "storage") else known_part
        for index, (known_part, asked) in enumerate(zip(found, (*path, *found[len(path) :]), strict=False))
    )
    return ".".join(same)
