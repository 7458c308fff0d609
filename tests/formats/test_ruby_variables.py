"""A variable is known where it is assigned once, at the top; other Ruby that is taken in is named."""

from __future__ import annotations

import pytest

from regdoctor.formats.ruby_source import parse_ruby
from regdoctor.formats.ruby_variables import loaders, variables


@pytest.mark.parametrize(
    "code",
    [
        "a = 1\na = 2",
        "a = 1\na += 2",
        "if x\n a = 1\nend",
        "a = 1 if x",
        "[1].each { |x| a = x }",
        "a = 'x'\na << 'y'",
        "a = {}\na['b'] = 1",
        "a = {}\na.merge!('b' => 1)",
        "a = []\na.push(1)",
        "a = 'x'\na.upcase!",
        "a, b = 1, 2\na = 3",
    ],
)
def test_what_changes_is_no_constant(code: str) -> None:
    found = variables(parse_ruby(code.encode(), "g.rb"))
    assert "a" in found.assigned
    assert "a" not in found.constant


def test_one_assignment_at_the_top_is_a_constant() -> None:
    found = variables(parse_ruby(b"a = 'x'\nregistry['b'] = a.upcase\nC = 1\n", "g.rb"))
    assert found.constant == {"a", "C"}
    assert "registry" not in found.assigned


def test_other_ruby_is_named_with_its_line() -> None:
    code = b"x = 1\nfrom_file '/a.rb'\nDir['/b/*'].each { |f| eval(File.read(f)) }\nload '/c.rb'\n"
    found = loaders(parse_ruby(code, "g.rb"))
    assert [line.partition(" takes in")[0] for line in found] == ["g.rb:2: from_file", "g.rb:3: eval", "g.rb:4: load"]


def test_yaml_load_and_require_take_in_no_settings() -> None:
    assert loaders(parse_ruby(b"require 'json'\nx['a'] = YAML.load('a: 1')\n", "g.rb")) == []
