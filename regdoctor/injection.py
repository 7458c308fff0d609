"""How checks and probes get their inputs: by the types that their parameters declare."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Absent:
    """Stands where a piece of evidence is not to be had, and says why."""

    reason: str
    applicable: bool = True
    """False where this target has no such thing at all (then checks skip); True where looking failed (unknown)."""


@dataclass(frozen=True, slots=True)
class Input:
    """One declared parameter: the type wanted, and whether `Absent` is taken in its place."""

    kind: type
    optional: bool


def inputs_of(function: Callable[..., object]) -> Mapping[str, Input]:
    """The declared inputs of a function, by parameter name.

    Raises TypeError for a parameter that is not annotated with a class or with `class | Absent`: that is a mistake in
    the declaration and is found when the catalogue is loaded.
    """
    hints = typing.get_type_hints(function)
    hints.pop("return", None)
    return {name: _input(function, name, hint) for name, hint in hints.items()}


def provided_by(function: Callable[..., object]) -> type:
    """The type of evidence that a probe's return annotation promises."""
    kind = typing.get_type_hints(function).get("return")
    if not isinstance(kind, type):
        raise TypeError(f"{function.__qualname__} must declare the one class of evidence that it returns")
    return kind


def _input(function: Callable[..., object], name: str, hint: object) -> Input:
    if isinstance(hint, type):
        return Input(hint, optional=False)
    if isinstance(hint, types.UnionType):
        kinds = [kind for kind in typing.get_args(hint) if kind is not Absent]
        if len(kinds) == 1 and isinstance(kinds[0], type) and Absent in typing.get_args(hint):
            return Input(kinds[0], optional=True)
    raise TypeError(f"{function.__qualname__}: parameter {name} must be `Class` or `Class | Absent`, not {hint}")
