"""Writes one REGISTRY_* variable into a configuration, or says why the registry does not take it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.setting_variables import key_of, variable_of
from regdoctor.distribution.settings_schema import Path, Version, known
from regdoctor.formats.located import Located
from regdoctor.formats.setting_types import misfit
from regdoctor.formats.yaml_nodes import DEEPEST

_FREE_MAPS = (("storage",), ("auth",), ("middleware",), ("log", "fields"), ("http", "headers"))
"""Where the configuration is a map that takes any key; everywhere else it has named fields."""
_key_of = lru_cache(maxsize=4096)(key_of)
"""Variables ask for the same few sections and fields again and again."""


class NotAppliedError(Exception):
    """The registry leaves the variable without effect; says why. The fields are those of IgnoredVariable."""

    def __init__(self, why: str, *, section: bool = True, certain: bool = True, instead: str = "") -> None:
        super().__init__(why)
        self.section = section
        self.certain = certain
        self.instead = instead


class RefusedError(Exception):
    """The registry does not start with the variable; says why."""


class OverrideWriter:
    """Writes variables one after the other, in the order in which they apply."""

    def __init__(self, generation: Generation | None, version: Version = ()) -> None:
        """Write by the rules of that product."""
        self.generation = generation
        self.version = version
        self.made: set[Path] = set()
        """Mappings that a variable brought about: unlike those read from YAML, their keys are known to be
        text.
        """
        self.misfit: tuple[str, str] | None = None
        """Of the last variable: the setting, and what it wants, where the value has another type."""
        self._own: dict[int, dict[str, Located]] = {}
        """Mappings that were copied here already, by identity: thousands of variables need no further copies."""
        self._upper: dict[int, tuple[Mapping[str, Located], dict[str, list[str]]]] = {}
        """The keys of mappings, by identity, as variables name them: in upper case."""

    def write(self, tree: Located, name: str, parts: list[str], value: Located) -> Located:
        """The tree with the variable in it. Raises NotAppliedError and RefusedError.

        A value of a type that the registry refuses is in the tree as well: see `misfit`.

        parts: the name after REGISTRY, cut at its underscores.
        """
        self.misfit = None
        if not name.startswith("REGISTRY_"):
            raise NotAppliedError("the registry reads names in upper case only")
        if parts[0].lower() == "version":
            raise NotAppliedError("the version cannot be set through the environment")
        if len(parts) > DEEPEST or _key_of((), parts[0], None) is None:
            raise NotAppliedError("the configuration has no such section", section=False)
        return self._set(tree, (), parts, value)

    def _set(self, here: Located | None, at: Path, parts: list[str], value: Located) -> Located:
        """`here`, which stands at the path `at`, with `value` at the place that `parts` name below it."""
        if not parts:
            return self._fitting(at, value)
        if self._is_list(here, at):
            return self._set_item(here, at, parts, value)
        if here is None or here.value is None:
            self.made.add(at)
            here = Located({}, value.place, value.name)
        if not isinstance(here.value, Mapping):
            raise NotAppliedError(f"{'.'.join(at)} is a single value")
        if at == ("storage",) and self.generation in (None, Generation.GITLAB):
            parts = _driver_joined(parts)
        if at == ("redis",) and self.generation is Generation.DISTRIBUTION_3:
            parts = self._inlined(parts)
            if not parts:
                below = self._fitting(at, value).entries()
                return replace(here, value={**here.value, **below})
        key = self._key(here.value, at, parts)
        child = self._set(here.value.get(key), (*at, key), parts[1:], value)
        return self._with(here, here.value, key, child)

    def _with(self, here: Located, entries: Mapping[str, Located], key: str, child: Located) -> Located:
        """`here`, whose entries these are, with `child` under `key`; what was read stays, a copy of it is changed."""
        if id(entries) in self._own:
            own = self._own[id(entries)]
        else:
            own = dict(entries)
            self._own[id(own)] = own
            here = replace(here, value=own)
        if key not in own and id(own) in self._upper:
            self._upper[id(own)][1].setdefault(key.upper(), []).append(key)
        own[key] = child
        return here

    def _spelt(self, entries: Mapping[str, Located], part: str) -> list[str]:
        """The keys of a mapping that are `part` in upper case, in their order."""
        if id(entries) not in self._upper:
            found: dict[str, list[str]] = {}
            for key in entries:
                found.setdefault(key.upper(), []).append(key)
            self._upper[id(entries)] = entries, found
        return self._upper[id(entries)][1].get(part, [])

    def _fitting(self, at: Path, value: Located) -> Located:
        """The value as the registry takes it; where its type is not the setting's, that is noted down."""
        setting = known(at, self.generation, self.version)
        if setting is not None and len(setting.path) == len(at):
            wanted = misfit(setting, value, self.generation)
            if wanted is not None:
                self.misfit = (".".join(at), wanted)
        return normalised(at, value)

    def _inlined(self, parts: list[str]) -> list[str]:
        """The parts below REDIS: its settings are fields of a field `Options`, which 3.0 wants to be named (#4621)."""
        if parts[0] == "OPTIONS":
            return parts[1:]
        if parts[0] != "TLS" and self.version[:2] == (3, 0):
            instead = "_".join(("REGISTRY_REDIS_OPTIONS", *parts))
            raise NotAppliedError(
                "distribution 3.0 reads these settings below REGISTRY_REDIS_OPTIONS only", instead=instead
            )
        return parts

    def _key(self, here: Mapping[str, Located], at: Path, parts: list[str]) -> str:
        part = parts[0]
        if not any(at[: len(free)] == free for free in _FREE_MAPS) and "headers" not in at:
            return self._field(at, part)
        if _is_nested_parameter(at) and at not in self.made:
            # yaml.v2 gives map[interface{}]interface{} here, which parser.go does not enter: "Ignoring
            # environment variable … involving map with non-string keys".
            raise NotAppliedError(f"{'.'.join(at)} is a mapping inside a parameter, out of reach of variables")
        if len(parts) > 1:
            for key in self._spelt(here, part):
                if here[key].value is not None:
                    return key
        return part.lower()

    def _field(self, at: Path, part: str) -> str:
        """The key of a field. Raises NotAppliedError for what this product does not have there."""
        if part != part.upper() or not part:
            raise NotAppliedError("the registry reads names in upper case only")
        key = _key_of(at, part, self.generation, self.version)
        if key is not None:
            return key
        where = ".".join(at) or "the configuration"
        as_key = known((*at, part.lower()), self.generation, self.version)
        raise NotAppliedError(
            f"{where} has no field {part}",
            instead="" if as_key is None else variable_of(".".join((*at, part.lower()))),
        )

    def _is_list(self, here: Located | None, at: Path) -> bool:
        if here is not None and here.value is not None:
            return isinstance(here.value, tuple)
        setting = known(at, self.generation, self.version)
        return setting is not None and setting.kind in ("list", "texts") and len(setting.path) == len(at)

    def _set_item(self, here: Located | None, at: Path, parts: list[str], value: Located) -> Located:
        """`here`, a list or nothing yet, with one of its items changed: overwriteFields of 3.x and of the fork."""
        name = ".".join(at)
        if self.generation in (None, Generation.DISTRIBUTION_2):
            certain = self.generation is not None
            raise NotAppliedError(f"{name} is a list; distribution 2.8 cannot set one item of it", certain=certain)
        items = () if here is None else here.items()
        if not re.fullmatch(r"[0-9]{1,4}", parts[0]):
            raise RefusedError(f"{name} is a list, and {parts[0]!r} no number: non-numeric index")
        index = int(parts[0])
        if index > len(items):
            raise RefusedError(f"{name} is a list of {len(items)}, which has no item {index}: undefined index")
        if len(parts) == 1:
            setting = known(at, self.generation, self.version)
            if setting is not None and setting.kind == "texts":
                raise NotAppliedError(
                    f"{name} is a list of texts, whose items cannot be set one by one", instead=variable_of(name)
                )
            raise RefusedError(f"{name}.{index} is a mapping, which cannot be set as a whole")
        item = self._set(items[index] if index < len(items) else None, (*at, parts[0]), parts[1:], value)
        whole = here if here is not None and here.value is not None else Located((), value.place, value.name)
        return replace(whole, value=(*items[:index], item, *items[index + 1 :]))


def _driver_joined(parts: list[str]) -> list[str]:
    """The parts below STORAGE: GitLab's registry takes REGISTRY_STORAGE_S3_V2_BUCKET for its driver s3_v2.

    Source: TestParseWithAzureV2CompleteEnv in configuration/v2_storage_config_test.go of the fork.
    """
    if len(parts) > 1 and parts[0] in ("S3", "AZURE") and parts[1] in ("V1", "V2"):
        return [f"{parts[0]}_{parts[1]}", *parts[2:]]
    return parts


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
