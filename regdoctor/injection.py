"""How checks and probes get their inputs: by the types that their parameters declare."""

from __future__ import annotations

import inspect
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
    declared = inspect.signature(function).parameters.values()
    return {item.name: _input(function, item, hints.get(item.name)) for item in declared}


def provided_by(function: Callable[..., object]) -> type:
    """The type of evidence that a probe's return annotation promises."""
    kind = typing.get_type_hints(function).get("return")
    if not _is_evidence(kind):
        raise TypeError(f"{function.__qualname__} must declare the one class of evidence that it returns")
    return kind


def _input(function: Callable[..., object], parameter: inspect.Parameter, hint: object) -> Input:
    if parameter.kind in (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY):
        if _is_evidence(hint):
            return Input(hint, optional=False)
        kinds = typing.get_args(hint) if isinstance(hint, types.UnionType) else ()
        wanted = [kind for kind in kinds if _is_evidence(kind)]
        if len(kinds) == 2 and len(wanted) == 1 and Absent in kinds:
            return Input(wanted[0], optional=True)
    raise TypeError(
        f"{function.__qualname__}: parameter {parameter} must be one `name: Class` or `name: Class | Absent`"
    )


def _is_evidence(kind: object) -> typing.TypeGuard[type]:
    return isinstance(kind, type) and kind not in (Absent, types.NoneType)
