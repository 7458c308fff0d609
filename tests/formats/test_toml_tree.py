"""TOML is read to located values; whatever is not TOML is one line with the file's name."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.located import UnreadableError
from regdoctor.formats.toml_tree import MOST_BYTES, parse


def test_values_know_their_file_line_and_name() -> None:
    tree = parse(b"\xef\xbb\xbfa = 1\r\n[b]\r\nc = [true, 2026-01-02]\r\n", "x.toml")
    items = tree.at("b", "c")
    assert items is not None
    assert [(item.name, item.value, item.place.line) for item in items.items()] == [
        ("b.c.0", True, 3),
        ("b.c.1", "2026-01-02", 3),
    ]
    assert items.place.source == "x.toml"


def test_an_empty_file_is_an_empty_table() -> None:
    assert parse(b"# nothing\n", "x.toml").value == {}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a = 1\nb\n", r"x\.toml:2: not TOML: expected '='"),
        (b"a = 1\na = 2\n", r"x\.toml:2: not TOML: cannot overwrite"),
        (b"a = [1,\n", r"x\.toml:2: not TOML"),
        (b"a = 1\n# \xe9\n", r"x\.toml:2: not UTF-8 text \(byte 0xe9\)"),
        (b"\nb = 0x" + b"f" * 40, r"x\.toml:2: a number that is too big"),
        (b"a = " + b"9" * 5000, r"x\.toml: a number that is too long"),
        (b"a = " + b"[" * 5000, r"x\.toml: nested too deeply"),
        (b"#" * (MOST_BYTES + 1), r"x\.toml: bigger than 256 KiB"),
        (b"a = [" + b"1," * 25_000 + b"]", r"x\.toml: more than 20,000 values"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value[10:30],
)
def test_what_is_no_toml_is_refused_in_one_line(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableError, match=f"^{words}") as caught:
        parse(data, "x.toml")
    assert "\n" not in str(caught.value)


def test_a_refusal_quotes_no_value() -> None:
    with pytest.raises(UnreadableError) as caught:
        parse(b'a = {token = 1, token = "correct-horse-battery"}\n', "x.toml")
    assert "correct-horse" not in str(caught.value)


_ODDITIES = st.sampled_from(
    [
        "[",
        "]",
        "[[a]]\n",
        "[a.b]\n",
        "a",
        ".",
        "=",
        '"',
        "'",
        '"""',
        "'''",
        "\n",
        ",",
        "{",
        "}",
        "#",
        "\\",
        "1",
        "true",
        "\r",
    ]
)


@given(st.one_of(st.binary(max_size=80), st.lists(_ODDITIES, max_size=30).map(lambda parts: "".join(parts).encode())))
def test_no_input_crashes_the_reader(data: bytes) -> None:
    with suppress(UnreadableError):
        tree = parse(data, "x.toml")
        assert all(value.place.line is not None for path, value in tree.walk() if path)
