"""A value that Ruby text spells out, and what two of them make together."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.formats.located import Computed

_LONGEST_TEXT = 256 * 1024
"""Characters of a text that is put together; beyond, it stays computed."""
_LARGEST = 10**18


@dataclass(frozen=True, slots=True)
class Literal:
    """A value with the line that it stands on. Hashes and lists may still be changed by later lines."""

    line: int
    value: str | int | float | bool | Computed | dict[str, Literal] | list[Literal] | None
    """Symbols are text, as keys and as values: so Omnibus stores them."""

    @property
    def is_text(self) -> bool:
        """Whether it is a text that is known."""
        return isinstance(self.value, str)


def added(one: Literal, other: Literal) -> Literal | None:
    """`one + other` of texts, lists or whole numbers, on the line of the first; None where it is not known."""
    match one.value, other.value:
        case str(left), str(right) if len(left) + len(right) <= _LONGEST_TEXT:
            return Literal(one.line, left + right)
        case list(ours), list(theirs):
            return Literal(one.line, [*ours, *theirs])
    numbers = _numbers(one, other)
    return Literal(one.line, sum(numbers)) if numbers else None


def multiplied(one: Literal, other: Literal) -> Literal | None:
    """`one * other` of whole numbers; None where it is not known, or beyond all use."""
    numbers = _numbers(one, other)
    product = numbers[0] * numbers[1] if numbers else _LARGEST
    return Literal(one.line, product) if abs(product) < _LARGEST else None


def _numbers(one: Literal, other: Literal) -> tuple[int, int] | None:
    left, right = one.value, other.value
    if isinstance(left, bool) or isinstance(right, bool):  # to Python they are numbers, to Ruby not
        return None
    return (left, right) if isinstance(left, int) and isinstance(right, int) else None
