"""Ruby text becomes a tree, or one line that says where it is broken and quotes nothing."""

from __future__ import annotations

import pytest

from regdoctor.formats.located import UnreadableError
from regdoctor.formats.ruby_source import DEEPEST, parse_ruby, text_of, walk


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"registry['storage'] = {\n'secretkey' => 'hunter2'\n", r"^g\.rb:\d+: a syntax error in Ruby"),
        (b"a = 1\nregistry['a' = 'hunter2'\n", r"^g\.rb:2: a syntax error in Ruby"),
        (b"a = 1\nb = 'hunter2\n", r"^g\.rb:2: a syntax error in Ruby"),
        (b"a = 1\nb = <<~EOS\nhunter2\n", r"^g\.rb:\d+: a here document \(<<WORD\) that does not end$"),
        (b"a = 1\nb\0 = 'hunter2'\n", r"^g\.rb:2: a NUL byte: this is binary or UTF-16, not Ruby$"),
        (b"a = 1\nb = 'hunter2 \xe9'\n", r"^g\.rb:2: not UTF-8 text \(byte 0xe9\); Latin-1 perhaps\?$"),
        (b"a = " + b"[" * DEEPEST + b"]" * DEEPEST, r"^g\.rb:1: nested more than 150 levels deep$"),
        (b"a = " + b"[" * 50_000, r"^g\.rb:1: "),
    ],
)
def test_what_is_broken_is_one_line_without_a_quotation(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableError, match=message) as caught:
        parse_ruby(data, "g.rb")
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_comment_may_hold_any_bytes() -> None:
    assert text_of(parse_ruby(b"# \xe9t\xe9\na = 1\n", "g.rb").root.named_children[1]) == "a = 1"


def test_a_byte_order_mark_and_carriage_returns_are_none_of_the_text() -> None:
    root = parse_ruby(b"\xef\xbb\xbfa = 'x\r\ny'\r\n", "g.rb").root
    assert [text_of(node) for node in walk(root) if node.type == "string_content"] == ["x\ny"]


def test_each_here_document_finds_its_body() -> None:
    ruby = parse_ruby(b"a = [<<~A, <<~B]\n  one\nA\n  two\nB\n", "g.rb")
    assert [text_of(body).split() for body in ruby.heredocs.values()] == [["one", "A"], ["two", "B"]]


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("a = 1\nregistry_external_url \u2018https://r.example.com\u2019\n", 2),
        ("registry_external_url \u201chttps://r.example.com\u201d\n", 1),
        ("a = 1\n\nregistry['dir'] = \u2018here\u2019\n", 3),
    ],
)
def test_a_typographic_quotation_mark_is_named(code: str, line: int) -> None:
    with pytest.raises(UnreadableError, match=rf"^g\.rb:{line}: a typographic quotation mark"):
        parse_ruby(code.encode(), "g.rb")


def test_a_typographic_quotation_mark_in_a_text_or_a_comment_is_fine() -> None:
    parse_ruby("# it\u2019s\nx['a'] = 'it\u2019s \u201cso\u201d'\ny['a'] = <<~E\n\u2018\nE\n".encode(), "g.rb")


def test_what_acts_is_told_with_whether_it_may_not_run() -> None:
    ruby = parse_ruby(b"a = 1\nif a\n b = 2\nend\n[1].each { |x| f(x) }\n", "g.rb")
    assert [(inside, text_of(node)) for inside, node in ruby.acting] == [
        (False, "a = 1"),
        (True, "b = 2"),
        (False, "[1].each { |x| f(x) }"),
        (True, "f(x)"),
    ]
