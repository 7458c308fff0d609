"""Strings say what Ruby says they say."""

from __future__ import annotations

import pytest

from regdoctor.formats.gitlab_rb import parse_gitlab_rb


def _text(written: str) -> str | None:
    found = parse_gitlab_rb(f"x['a'] = {written}\n".encode(), "g.rb").at("x", "a")
    assert found is not None
    return found.text()


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (r"'a\nb'", r"a\nb"),
        (r"'it\'s \\ \x41'", r"it's \ \x41"),
        (r'"a\nb\t\"\s\#"', 'a\nb\t" #'),
        (r'"\u00e9\u{41 42}\x43\104\q"', "éABCDq"),
        (r'"\xc3\xa9"', "é"),
        (r'"\u{ffffff}\ud800"', "\ufffd\ufffd"),
        ('"one\\\n two"', "one two"),
        (r"%q(a\)b\n)", r"a)b\n"),
        (r"%Q[a\n]", "a\n"),
        (r"%(a\n)", "a\n"),
        (r"'a' 'b' \ ".rstrip() + '\n  "c"', "abc"),
        ("'a' + \"b\"", "ab"),
        (":symbol", "symbol"),
        (':"two words"', "two words"),
        ("<<-EOS\n  a\\tb\n  EOS", "  a\tb\n"),
        ("<<-'EOS'\n  a\\tb\n  EOS", "  a\\tb\n"),
        ("<<~EOS\n    a\n      b\n\n    c\n  EOS", "a\n  b\n\nc\n"),
        ("<<~EOS\n\ta\n        b\n  EOS", "a\nb\n"),
        ("<<~EOS.strip\n  a\n  EOS", "a"),
        ("<<EOS\nEOS", ""),
        ("'one'.freeze", "one"),
        ("\"a#{'b'}c#{1}\"", "abc1"),
    ],
)
def test_texts(written: str, text: str) -> None:
    assert _text(written) == text


def test_words_are_lists_of_texts() -> None:
    rb = parse_gitlab_rb(
        b"n = 'd'\nx['a'] = %w[a b\\ c \xc3\xa9 #{n}]\nx['b'] = %W[a#{n} b]\nx['c'] = %i[s t]\n", "g.rb"
    )
    assert [[item.text() for item in found.items()] for key in "abc" if (found := rb.at("x", key))] == [
        ["a", "b c", "é", "#{n}"],
        ["ad", "b"],
        ["s", "t"],
    ]
