"""Plain scalars mean what go-yaml v2 takes them for."""

from __future__ import annotations

import pytest

from regdoctor.formats.yaml_scalars import resolve


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("yes", True),
        ("On", True),
        ("FALSE", False),
        ("off", False),
        ("y", "y"),
        ("5000", 5000),
        ("-1", -1),
        ("0755", 493),
        ("0o14", 12),
        ("0x1F", 31),
        ("0b101", 5),
        ("1_000", 1000),
        ("08", "08"),
        ("0.1", 0.1),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("127.0.0.1", "127.0.0.1"),
        ("5000:5000", "5000:5000"),
        ("2026-01-02", "2026-01-02"),
        ("168h", "168h"),
        ("-", "-"),
        (".", "."),
        (".inf", ".inf"),
        ("1e999", "1e999"),
        ("18446744073709551615", 2**64 - 1),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_a_plain_scalar_has_the_type_that_the_registry_gives_it(text: str, value: object) -> None:
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


def test_an_integer_that_go_cannot_hold_is_a_float_as_in_go() -> None:
    assert resolve("18446744073709551616") == float(2**64)
