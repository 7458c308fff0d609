"""Whole numbers are ASCII digits, and few enough of them."""

from __future__ import annotations

import pytest

from regdoctor.distribution.whole_numbers import port_number, whole_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("5000", 5000), ("007", 7), ("9" * 18, 10**18 - 1)])
def test_digits_are_a_number(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", [None, "", "²", "٣", "-1", "+1", "1.0", " 1", "1_000", "9" * 19, "9" * 5000])
def test_anything_else_is_none(text: str | None) -> None:
    assert whole_number(text) is None
    assert port_number(text) is None


@pytest.mark.parametrize(("text", "number"), [("443", 443), ("65535", 65535), ("65536", None), ("0" * 5000 + "80", 80)])
def test_a_port_ends_at_65535(text: str, number: int | None) -> None:
    assert port_number(text) == number
