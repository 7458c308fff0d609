"""REGISTRY_* variables laid over a configuration, as each product's configuration/parser.go does it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.settings_schema import Version
from regdoctor.formats.located import Computed, Located, Place, Scalar, UnreadableError
from regdoctor.formats.override_writer import NotAppliedError, OverrideWriter, RefusedError
from regdoctor.formats.secret_values import seal_registry
from regdoctor.formats.yaml_tree import Path, parse_value
from regdoctor.redaction import Secret

Variable = tuple[str, str | Computed, Place]
"""Name, value and place of an environment variable."""

_PREFIX = "REGISTRY_"


@dataclass(frozen=True, slots=True)
class IgnoredVariable:
    """A variable that the registry reads and leaves without effect."""

    variable: Located
    reason: str
    section: bool = True
    """False where its first part is no section of the configuration: then it may be meant for another program."""
    certain: bool = True
    """False where another product, which this may be as well, would take it."""
    instead: str = ""
    """The variable that does it on this product, where that is known."""


@dataclass(frozen=True, slots=True)
class RefusedVariable:
    """A variable with which the registry does not start."""

    variable: Located
    """Without its value where that is no YAML: it may be half of a secret."""
    problem: str
    """One line, with the name and where it is set."""
    setting: str = ""
    """Where its value has another type than the setting that it stands for: that setting, whose value in the tree it
    is all the same.
    """


@dataclass(frozen=True, slots=True)
class Overlay:
    """A tree with the environment laid over it."""

    tree: Located
    overrides: tuple[Located, ...]
    """Every REGISTRY_* variable with its value, in the order in which they apply."""
    ignored: tuple[IgnoredVariable, ...]
    refused: tuple[RefusedVariable, ...]


def lay_over(
    tree: Located,
    environment: Iterable[Variable],
    *,
    generation: Generation | None = None,
    version: Version = (),
) -> Overlay:
    """The tree with the variables (name, value, place) laid over it.

    Sorted by name, so that `REGISTRY_STORAGE` comes before what is below it. The name in upper case is
    matched against keys whatever their case; keys that hold an underscore cannot be reached.
    REGISTRY_VERSION has no effect: the version is looked at before the environment.

    environment: a value that is worked out at run time stands in the tree as it is.
    generation: whose rules count; None takes those of distribution 2, with the settings of all.
    """
    writer = OverrideWriter(generation, version)
    overrides: list[Located] = []
    ignored: list[IgnoredVariable] = []
    refused: list[RefusedVariable] = []
    for name, value, place in sorted(environment, key=lambda variable: variable[0]):
        if not name.upper().startswith(_PREFIX):
            continue
        parts = name.split("_")[1:]
        try:
            variable = _value(name, tuple(part.lower() for part in parts), value, place)
        except UnreadableError as error:
            nameless = Located(None, replace(place, layer="environment"), name)
            refused.append(RefusedVariable(nameless, str(error)))
            continue
        overrides.append(variable)
        try:
            tree = writer.write(tree, name, parts, variable)
        except NotAppliedError as error:
            ignored.append(IgnoredVariable(variable, str(error), error.section, error.certain, error.instead))
        except RefusedError as error:
            refused.append(RefusedVariable(variable, f"{place.source}: {name}: {error}"))
        if writer.misfit is not None:
            setting, wanted = writer.misfit
            refused.append(RefusedVariable(variable, f"{place.source}: {name}: the value must be {wanted}", setting))
    return Overlay(tree, tuple(overrides), tuple(ignored), tuple(refused))


_HARMLESS = re.compile(r"HTPASSWD|KEY_?FILE|(?<!ACCESS)(?<!ACCESS_)KEY_?ID|(?:TLS|SSL|TRUST)_?KEY")
_MASKED = re.compile(r"\*{3,}")
"""What people put in the place of a secret before they show a file to others. It would be no YAML."""
_SUSPICIOUS = re.compile(r"SECRET|PASSWORD|PASSWD|KEY|TOKEN")


def _value(name: str, path: Path, text: str | Computed, place: Place) -> Located:
    """The variable's value; secret where its path or, even misspelt, its name says so."""
    if isinstance(text, Computed):
        return Located(text, replace(place, layer="environment"), name)
    told = name.upper().removeprefix(_PREFIX).removeprefix("AUTH_TOKEN")
    secret = _SUSPICIOUS.search(_HARMLESS.sub("", told)) is not None

    def seal(at: Path, written: str, value: Scalar) -> Scalar:
        kept = seal_registry(at, written, value)
        if not secret or isinstance(kept, Secret | bool) or kept is None or not written:
            return kept
        return Secret(written, path[-1] or "variable")

    if _MASKED.fullmatch(text):
        return Located(seal(path, text, text), replace(place, layer="environment"), name)
    try:
        return parse_value(text, replace(place, layer="environment"), name, path, seal=seal)
    except UnreadableError:
        seal(path, text, text)  # there is no value to keep, but what looks like a secret is remembered
        raise
