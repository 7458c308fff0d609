"""A value stands in a sentence on one line, whatever was written."""

from __future__ import annotations

import pytest

from regdoctor.formats.located import Computed, Located, Place, Scalar
from regdoctor.formats.shown_values import quote_unknown, shown, shown_unknown
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


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "true"),
        (5000, "5000"),
        ("10s", "10s"),
        ("Redis", "Redis"),
        ("ture", "ture"),
        (None, ""),
        (123456789, "…"),
        ("hunter2", "…"),
        ("/etc/x.key", "…"),
        (Computed("ENV['X']"), "…"),
        (Secret("hunter2", "password"), "[redacted password]"),
    ],
)
def test_of_what_is_not_known_only_plain_words_are_shown(value: Scalar | Computed, words: str) -> None:
    assert shown_unknown(Located(value, Place("f"))) == words
    quote = quote_unknown(Located(value, Place("f", 3), "http.secrt"))
    assert (quote.source, quote.quote, quote.line) == ("f", f"http.secrt: {words}".rstrip(), 3)
