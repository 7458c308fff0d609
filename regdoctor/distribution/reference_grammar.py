"""Which texts can be the name of a repository, or a tag; whatever else a server lists as one is not asked for."""

from __future__ import annotations

import re

_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY = re.compile(rf"{_PART}(?:/{_PART})*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


def is_repository(name: str) -> bool:
    """Whether it can name a repository (distribution-spec, Pulling manifests; at most 255 characters)."""
    return len(name) <= 255 and _REPOSITORY.fullmatch(name) is not None


def is_tag(name: str) -> bool:
    """Whether it can be a tag (distribution-spec, Pulling manifests)."""
    return _TAG.fullmatch(name) is not None
