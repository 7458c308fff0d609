"""Words of systemd's command lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.systemd_words import split


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a  b\tc", ["a", "b", "c"]),
        ("'A=b c' \"D=e 'f'\"", ["A=b c", "D=e 'f'"]),
        (r'a\x20b "x\"y" c\sd', ["a b", 'x"y', "c d"]),
        ("a\\\n  b", ["a", "b"]),
        ('A="b c"d', ["A=b cd"]),
        ("''", [""]),
        ("'open", ["open"]),
        ("", []),
    ],
)
def test_quotes_and_escapes_are_put_in(text: str, words: list[str]) -> None:
    assert [word.text for word in split(text)] == words


def test_each_word_has_the_line_on_which_it_begins() -> None:
    found = split("run \\\n -e A=b \\\n -p '1\\\n2' image", 7)
    assert [(word.text, word.line) for word in found] == [
        ("run", 7),
        ("-e", 8),
        ("A=b", 8),
        ("-p", 9),
        ("12", 9),
        ("image", 10),
    ]


@given(st.text(max_size=100))
def test_no_text_crashes_it(text: str) -> None:
    for word in split(text):
        assert word.line >= 1
