"""Numbers in all forms of Ruby."""

from __future__ import annotations

import pytest

from regdoctor.formats.ruby_numbers import decimal, integer


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1_000", 1000),
        ("0", 0),
        ("0644", 420),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b11", 3),
        ("0d10", 10),
        ("9" * 5000, None),
    ],
)
def test_whole_numbers(text: str, number: int | None) -> None:
    assert integer(text) == number


def test_numbers_with_a_fraction() -> None:
    assert decimal("1_0.5e2") == 1050.0
    assert decimal("1.5r") is None
