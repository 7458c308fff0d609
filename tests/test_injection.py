"""Inputs are told from annotations, and what cannot be injected is refused when it is declared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional

import pytest

from regdoctor.injection import Absent, Input, inputs_of, provided_by


class Apple:
    """Evidence."""


class Pear:
    """Evidence."""


def test_inputs_are_the_annotated_classes_by_name() -> None:
    def judge(first: Apple, second: Pear | Absent, *, third: Absent | Apple) -> None: ...

    assert inputs_of(judge) == {
        "first": Input(Apple, optional=False),
        "second": Input(Pear, optional=True),
        "third": Input(Apple, optional=True),
    }


def test_a_function_without_parameters_wants_nothing() -> None:
    def judge() -> None: ...

    assert inputs_of(judge) == {}


def no_annotation(first) -> None: ...  # type: ignore[no-untyped-def]


def two_classes(first: Apple | Pear) -> None: ...


def three_classes(first: Apple | Pear | Absent) -> None: ...


def nullable(first: Apple | None) -> None: ...


def optional(first: Optional[Apple]) -> None: ...  # noqa: UP045


def generic(first: list[Apple]) -> None: ...


def nothing(first: None) -> None: ...


def absent_alone(first: Absent) -> None: ...


def many(*first: Apple) -> None: ...


def named(**first: Apple) -> None: ...


def positional(first: Apple, /) -> None: ...


@pytest.mark.parametrize(
    "function",
    [
        no_annotation,
        two_classes,
        three_classes,
        nullable,
        optional,
        generic,
        nothing,
        absent_alone,
        many,
        named,
        positional,
    ],
)
def test_a_parameter_that_cannot_be_injected_is_refused_by_name(function: Callable[..., object]) -> None:
    with pytest.raises(TypeError, match=rf"{function.__name__}: parameter .*first"):
        inputs_of(function)


def test_a_probe_provides_the_class_that_it_returns() -> None:
    def gather() -> Apple:
        return Apple()

    assert provided_by(gather) is Apple


def returns_nothing() -> None: ...


def returns_either() -> Apple | Pear:
    return Apple()


def returns_untold():  # type: ignore[no-untyped-def]
    return Apple()


@pytest.mark.parametrize("function", [returns_nothing, returns_either, returns_untold])
def test_a_probe_must_declare_one_class(function: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match=f"{function.__name__} must declare the one class"):
        provided_by(function)
