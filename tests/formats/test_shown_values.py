"""A value stands in a sentence on one line, whatever was written."""

from __future__ import annotations

import pytest

from regdoctor.formats.located import Located, Place, Scalar
from regdoctor.formats.shown_values import shown
from regdoctor.redaction import Secret


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("a", "a"),
        ("a\n  b\t", "a b"),
        (5, "5"),
        (True, "true"),
        (None, ""),
        ("x" * 81, "x" * 79 + "…"),
        ("x" * 80, "x" * 80),
    ],
)
def test_a_value_is_one_short_line(value: Scalar, words: str) -> None:
    assert shown(Located(value, Place("f"))) == words


def test_a_secret_is_not_shown() -> None:
    assert "hunter2" not in shown(Located(Secret("hunter2", "password"), Place("f")))


def test_nothing_is_an_empty_text() -> None:
    assert shown(None) == shown(Located({}, Place("f"))) == ""
