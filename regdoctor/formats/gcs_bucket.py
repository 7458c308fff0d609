"""What a bucket of Google Cloud Storage says of itself (JSON API v1, the resource Buckets)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_ONLY_OLD = ("daysSinceNoncurrentTime", "noncurrentTimeBefore")
_ONLY_CUSTOM = ("daysSinceCustomTime", "customTimeBefore")
"""Conditions that hold only for objects with a custom time; the registry sets none."""
_ENDINGS = ("/data", "/link", "/startedat")
"""How the registry's keys end."""
_MOST = 1000
"""Rules that are read; Google allows 100."""


@dataclass(frozen=True, slots=True)
class DeletingRule:
    """A lifecycle rule that deletes live objects."""

    number: int
    """Its place in the list, counted from 1: rules have no names."""
    when: str
    """Its conditions in words: `age 30`."""
    prefixes: tuple[str, ...]
    """Empty: every key."""


@dataclass(frozen=True, slots=True)
class GcsBucket:
    """The settings that decide what becomes of the registry's objects."""

    deleting: tuple[DeletingRule, ...] = ()
    """The rules that delete live objects which may be the registry's."""
    rules: int = 0
    """All rules."""
    retention: int = 0
    """Seconds for which no object may be deleted or replaced."""
    locked: bool = False
    """Whether the retention can neither be removed nor made shorter."""
    held: bool = False
    """Whether each new object is held (defaultEventBasedHold) until somebody releases it."""


def read_gcs_bucket(value: Any, prefix: str) -> GcsBucket | None:
    """The settings from the API's answer; None where it is no bucket.

    prefix: of all of the registry's keys. A rule for other keys, for old versions only, for objects with a custom time,
    or for a storage class that no object of the bucket has is left out.
    """
    if not isinstance(value, dict) or value.get("kind") != "storage#bucket":
        return None
    rules = _list(_map(value.get("lifecycle")).get("rule"))[:_MOST]
    classes = {str(value.get("storageClass", "STANDARD"))} | {
        str(_map(rule.get("action")).get("storageClass"))
        for rule in map(_map, rules)
        if _map(rule.get("action")).get("type") == "SetStorageClass"
    }
    deleting = (_deleting(number, _map(rule), prefix, classes) for number, rule in enumerate(rules, 1))
    policy = _map(value.get("retentionPolicy"))
    return GcsBucket(
        deleting=tuple(rule for rule in deleting if rule is not None),
        rules=len(rules),
        retention=_seconds(policy.get("retentionPeriod")),
        locked=policy.get("isLocked") is True,
        held=value.get("defaultEventBasedHold") is True,
    )


def _deleting(number: int, rule: Mapping[str, Any], prefix: str, classes: set[str]) -> DeletingRule | None:
    condition = _map(rule.get("condition"))
    if _map(rule.get("action")).get("type") != "Delete" or _spares_live_objects(condition):
        return None
    wanted = _list(condition.get("matchesStorageClass"))
    if wanted and not classes & set(map(str, wanted)):
        return None
    suffixes = [str(one) for one in _list(condition.get("matchesSuffix"))]
    if suffixes and not any(end.endswith(one) or one.endswith(end) for one in suffixes for end in _ENDINGS):
        return None
    prefixes = tuple(str(one) for one in _list(condition.get("matchesPrefix")))
    ours = tuple(one for one in prefixes if prefix.startswith(one) or one.startswith(prefix))
    if prefixes and not [one for one in ours if "/_uploads/" not in one]:
        return None
    when = ", ".join(f"{name} {one}" for name, one in condition.items() if isinstance(one, str | int | float))
    return DeletingRule(number, when or "at once", ours)


def _spares_live_objects(condition: Mapping[str, Any]) -> bool:
    versions = condition.get("numNewerVersions")
    return (
        condition.get("isLive") is False
        or (isinstance(versions, int) and versions > 0)
        or any(name in condition for name in (*_ONLY_OLD, *_ONLY_CUSTOM))
    )


def _seconds(value: object) -> int:
    """A number that the API writes as a text (int64 in JSON)."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
