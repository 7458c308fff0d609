"""REGISTRY_* variables laid over a configuration, as distribution's configuration/parser.go does it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from regdoctor.formats.located import Located, Place, Scalar, UnreadableError
from regdoctor.formats.secret_values import seal_registry
from regdoctor.formats.yaml_nodes import DEEPEST
from regdoctor.formats.yaml_tree import Path, parse_value
from regdoctor.redaction import Secret

_PREFIX = "REGISTRY_"
_SECTIONS = frozenset(
    (
        *("log", "loglevel", "storage", "auth", "middleware", "reporting", "http", "notifications", "redis"),
        *("health", "catalog", "tags", "proxy", "compatibility", "validation", "policy"),
        *("database", "gc", "profiling", "ratelimiter"),
    )
)
"""Top-level fields of the configuration: distribution 2.8 and 3.x, and GitLab's fork."""
_FREE_MAPS = (("storage",), ("auth",), ("middleware",), ("log", "fields"), ("http", "headers"))
"""Where the configuration is a map that takes any key; everywhere else it has named fields."""


@dataclass(frozen=True, slots=True)
class IgnoredVariable:
    """A variable that the registry reads and leaves without effect."""

    variable: Located
    reason: str


@dataclass(frozen=True, slots=True)
class Overlay:
    """A tree with the environment laid over it."""

    tree: Located
    overrides: tuple[Located, ...]
    """Every REGISTRY_* variable with its value, in the order in which they apply."""
    ignored: tuple[IgnoredVariable, ...]
    problems: tuple[str, ...]
    """A line for each variable whose value is not YAML; the registry does not start with one."""


def lay_over(tree: Located, environment: Iterable[tuple[str, str, Place]], *, indexed_lists: bool) -> Overlay:
    """The tree with the variables (name, value, place) laid over it.

    Sorted by name, so that `REGISTRY_STORAGE` comes before what is below it. The name in upper case is
    matched against keys whatever their case; keys that hold an underscore cannot be reached.
    REGISTRY_VERSION has no effect: the version is looked at before the environment.

    indexed_lists: True for distribution 3.x, where a number in the name addresses an item of a list; 2.8
    leaves such a variable without effect.
    """
    writer = _Writer(indexed_lists)
    overrides, ignored, problems = [], [], []
    for name, value, place in sorted(environment, key=lambda variable: variable[0]):
        if not name.upper().startswith(_PREFIX):
            continue
        parts = name.split("_")[1:]
        try:
            variable = _value(name, tuple(part.lower() for part in parts), value, place)
        except UnreadableError as error:
            problems.append(str(error))
            continue
        overrides.append(variable)
        try:
            tree = writer.write(tree, name, parts, variable)
        except _NotAppliedError as error:
            ignored.append(IgnoredVariable(variable, str(error)))
    return Overlay(tree, tuple(overrides), tuple(ignored), tuple(problems))


_HARMLESS = re.compile(r"KEY_?FILE|(?<!ACCESS)(?<!ACCESS_)KEY_?ID|(?:TLS|SSL|TRUST)_?KEY")
_SUSPICIOUS = re.compile(r"SECRET|PASSWORD|PASSWD|KEY|TOKEN")


def _value(name: str, path: Path, text: str, place: Place) -> Located:
    """The variable's value; secret where its path or, even misspelt, its name says so."""
    told = name.upper().removeprefix(_PREFIX).removeprefix("AUTH_TOKEN")
    secret = _SUSPICIOUS.search(_HARMLESS.sub("", told)) is not None

    def seal(at: Path, written: str, value: Scalar) -> Scalar:
        kept = seal_registry(at, written, value)
        if not secret or isinstance(kept, Secret | bool) or kept is None or not written:
            return kept
        return Secret(written, path[-1] or "variable")

    try:
        return parse_value(text, replace(place, layer="environment"), name, path, seal=seal)
    except UnreadableError:
        seal(path, text, text)  # there is no value to keep, but what looks like a secret is remembered
        raise


class _NotAppliedError(Exception):
    """The registry leaves the variable without effect; says why."""


class _Writer:
    def __init__(self, indexed_lists: bool) -> None:
        self.indexed_lists = indexed_lists
        self.made: set[Path] = set()
        """Mappings that a variable brought about: unlike those read from YAML, their keys are known to be
        text.
        """

    def write(self, tree: Located, name: str, parts: list[str], value: Located) -> Located:
        if not name.startswith(_PREFIX):
            raise _NotAppliedError("the registry reads names in upper case only")
        section = parts[0].lower()
        if section == "version":
            raise _NotAppliedError("the version cannot be set through the environment")
        if section not in _SECTIONS or len(parts) > DEEPEST:
            raise _NotAppliedError("the configuration has no such section")
        return self.set(tree, (), parts, value)

    def set(self, here: Located | None, at: Path, parts: list[str], value: Located) -> Located:
        """`here`, which stands at the path `at`, with `value` at the place that `parts` name below it."""
        if not parts:
            return normalised(at, value)
        if here is None or here.value is None:
            self.made.add(at)
            here = Located({}, value.place, value.name)
        if isinstance(here.value, tuple):
            return self.set_item(here, here.value, at, parts, value)
        if not isinstance(here.value, Mapping):
            raise _NotAppliedError(f"{'.'.join(at)} is a single value")
        key = self.key(here.value, at, parts)
        child = self.set(here.value.get(key), (*at, key), parts[1:], value)
        return replace(here, value={**here.value, key: child})

    def key(self, here: Mapping[str, Located], at: Path, parts: list[str]) -> str:
        part = parts[0]
        if not any(at[: len(free)] == free for free in _FREE_MAPS) and "headers" not in at:
            if part != part.upper() or not part:
                raise _NotAppliedError("the registry reads names in upper case only")
            return part.lower()
        if _is_nested_parameter(at) and at not in self.made:
            # yaml.v2 gives map[interface{}]interface{} here, which parser.go does not enter: "Ignoring
            # environment variable … involving map with non-string keys".
            raise _NotAppliedError(f"{'.'.join(at)} is a mapping inside a parameter, out of reach of variables")
        if len(parts) > 1:
            for key, child in here.items():
                if key.upper() == part and child.value is not None:
                    return key
        return part.lower()

    def set_item(
        self, here: Located, items: tuple[Located, ...], at: Path, parts: list[str], value: Located
    ) -> Located:
        if not self.indexed_lists:
            raise _NotAppliedError(f"{'.'.join(at)} is a list; distribution 2.8 cannot set one item of it")
        if not re.fullmatch(r"[0-9]{1,4}", parts[0]) or int(parts[0]) > len(items):
            raise _NotAppliedError(f"{'.'.join(at)} is a list, which has no item {parts[0]}")
        index = int(parts[0])
        old = items[index] if index < len(items) else None
        item = self.set(old, (*at, parts[0]), parts[1:], value)
        return replace(here, value=(*items[:index], item, *items[index + 1 :]))


def _is_nested_parameter(at: Path) -> bool:
    return (at[0] in ("storage", "auth") and len(at) > 2) or (at[:2] == ("log", "fields") and len(at) > 2)


def normalised(at: Path, value: Located) -> Located:
    """`value`, which stands at the path `at`, as the registry takes it: `storage: s3` means `storage: {s3:
    {}}`.

    Source: UnmarshalYAML of Storage and of Auth in configuration/configuration.go.
    """
    if at in (("storage",), ("auth",)) and isinstance(value.value, str) and value.value:
        return replace(value, value={value.value: replace(value, value={})})
    return value
