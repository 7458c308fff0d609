"""Lines take effect in order; what hangs on the run is computed, and nothing is guessed."""

from __future__ import annotations

import pytest

from regdoctor.formats.gitlab_rb import GitLabRb, parse_gitlab_rb
from regdoctor.formats.located import Computed


def _rb(code: str) -> GitLabRb:
    return parse_gitlab_rb(code.encode(), "g.rb")


def _leaves(code: str) -> dict[str, object]:
    return {
        value.name: "computed" if isinstance(value.value, Computed) else value.value
        for _, value in _rb(code).tree.walk()
        if value.name and not isinstance(value.value, dict | tuple)
    }


@pytest.mark.parametrize(
    ("code", "leaves"),
    [
        ("external_url 'a'\nregistry_external_url(\"b\")", {"external_url": "a", "registry_external_url": "b"}),
        ("roles ['x', 'y']", {"roles[0]": "x", "roles[1]": "y"}),
        ("registry['a'] = 1\nregistry['a'] = 2", {"registry['a']": 2}),
        ("registry[:a]['b'] = 1", {"registry['a']['b']": 1}),
        ("Gitlab['registry']['a'] = 1", {"registry['a']": 1}),
        ("r['s'] = {'a' => 1}\nr['s']['b'] = 2", {"r['s']['a']": 1, "r['s']['b']": 2}),
        ("r['s']['b'] = 2\nr['s'] = {'a' => 1}", {"r['s']['a']": 1}),
        ("r['a'] ||= 1\nr['a'] ||= 2", {"r['a']": 1}),
        ("r['a'] = nil\nr['a'] ||= 2", {"r['a']": 2}),
        ("r['a'] = ENV['X']\nr['a'] ||= 2", {"r['a']": "computed"}),
        (
            "r['l'] = ['a']\nr['l'] += ['b']\nr['l'] << 'c'\nr['l'].push('d')",
            {f"r['l'][{n}]": c for n, c in enumerate("abcd")},
        ),
        ("r['t'] = 'a'\nr['t'] += 'b'\nr['t'] << 'c'", {"r['t']": "abc"}),
        ("r['l'] << 'c'", {"r['l']": "computed"}),
        (
            "r['m'] = {'a' => 1}\nr['m'].merge!({'b' => 2})\nr.merge!('c' => 3)",
            {"r['m']['a']": 1, "r['m']['b']": 2, "r['c']": 3},
        ),
        ("r['m'] = {'a' => 1}\nr['m'].delete('a')", {"r['m']": "computed"}),
        ("r['a'] = r['b'] = 1", {"r['b']": 1, "r['a']": 1}),
        ("r['a'], r['b'] = 1, 2", {"r['a']": "computed", "r['b']": "computed"}),
        ("h = 'x'\nr['a'] = \"#{h}.example.com\"", {"r['a']": "x.example.com"}),
        ("H = 'x'\nr['a'] = H", {"r['a']": "x"}),
        ("h = 'x'\nh = 'y'\nr['a'] = h", {"r['a']": "computed"}),
        ("n['c'] = '/x'\nr['c'] = n['c']", {"n['c']": "/x", "r['c']": "/x"}),
        ("r['a'] = n['unset']", {"r['a']": "computed"}),
        ("h = {}\nh['x'] = 1\nr['a'] = h", {"r['a']": "computed"}),
    ],
)
def test_what_lines_leave(code: str, leaves: dict[str, object]) -> None:
    assert _leaves(code) == leaves


@pytest.mark.parametrize(
    "code",
    [
        "if ENV['X']\n r['a'] = 1\nend",
        "if x then y else r['a'] = 1 end",
        "r['a'] = 1 if x",
        "r['a'] = 1 unless x",
        "case x\nwhen 1 then r['a'] = 1\nend",
        "while x\n r['a'] = 1\nend",
        "[1].each { |x| r['a'] = x }",
        "[1].each do |x|\n r['a'] = x\nend",
        "def f\n r['a'] = 1\nend",
        "begin\n r['a'] = 1\nrescue\nend",
        "if x\n r['a'] << 1\nend",
        "if x\n r.merge!('a' => 1)\nend\nr['a'] ||= 1",
    ],
)
def test_what_hangs_on_the_run_is_computed(code: str) -> None:
    found = _rb("r['a'] = 0\n" + code).tree.value
    assert isinstance(found, dict)
    here = found["r"].value if isinstance(found["r"].value, Computed) else found["r"].value["a"].value
    assert isinstance(here, Computed)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("if true\n r['a'] = 1\nelse\n r['a'] = 2\nend", 1),
        ("if false\n r['a'] = 1\nelse\n r['a'] = 2\nend", 2),
        ("r['a'] = 1\nr['a'] = 2 if nil", 1),
        ("r['a'] = 1\nr['a'] = 2 unless false", 2),
        ("begin\n r['a'] = 1\nend", 1),
    ],
)
def test_a_condition_that_is_spelt_out_decides(code: str, value: int) -> None:
    assert _leaves(code) == {"r['a']": value}


def test_a_later_line_makes_a_computed_value_known_again() -> None:
    assert _leaves("if x\n r['a'] = 1\nend\nr['a'] = 2") == {"r['a']": 2}


def test_a_setting_that_is_assigned_like_a_variable_sets_nothing() -> None:
    rb = _rb("registry_external_url = 'https://r.example.com'\n")
    assert rb.at("registry_external_url") is None
    assert [(value.name, value.text()) for value in rb.variables] == [
        ("registry_external_url", "https://r.example.com")
    ]


def test_a_key_that_is_computed_is_a_problem_with_its_line() -> None:
    rb = _rb("a = 1\n%w[x y].each { |k| registry[k] = 1 }\n")
    assert rb.problems == ("g.rb:2: sets an entry of registry whose name is worked out at run time",)


def test_comments_and_what_follows_the_end_set_nothing() -> None:
    assert _leaves("# r['a'] = 1\n=begin\nr['a'] = 2\n=end\nr['b'] = 3 # r['c'] = 4\n__END__\nr['d'] = 5\n") == {
        "r['b']": 3
    }
