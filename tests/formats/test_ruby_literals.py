"""What is spelt out has its value and line; all else stays computed."""

from __future__ import annotations

from typing import Any

import pytest

from regdoctor.formats.gitlab_rb import parse_gitlab_rb
from regdoctor.formats.located import Computed, Located, UnreadableError


def _plain(value: Located | None) -> Any:
    assert value is not None
    if isinstance(value.value, Computed):
        return "computed"
    if isinstance(value.value, tuple):
        return [_plain(item) for item in value.value]
    return value.value if not value.entries() else {key: _plain(item) for key, item in value.entries().items()}


def _value(written: str) -> Any:
    return _plain(parse_gitlab_rb(f"x['a'] = {written}\n".encode(), "g.rb").at("x", "a"))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1_000", 1000),
        ("-3", -3),
        ("1.5", 1.5),
        ("64 * 1024", 65536),
        ("2 + 3", 5),
        ("(7)", 7),
        ("nil", None),
        ("true", True),
        ("!true", False),
        ("['a', 1] + %w[b]", ["a", 1, "b"]),
        ("{'a' => 1, b: 2, 'c': {d: nil}, 5 => false}", {"a": 1, "b": 2, "c": {"d": None}, "5": False}),
        ("{'a' => 1}.merge('b' => 2)", {"a": 1, "b": 2}),
        ("{'a' => ENV['X'], 'b' => 1}", {"a": "computed", "b": 1}),
        ("ENV['X']", "computed"),
        ("ENV['X'] || 'y'", "computed"),
        ("File.read('/x')", "computed"),
        ("`hostname`", "computed"),
        ("x ? 1 : 2", "computed"),
        ("YAML.load('a: 1')", "computed"),
        ("{'a' => 1, **more}", "computed"),
        ("[*more]", "computed"),
        ('"a#{f}"', "computed"),
        ("10 * 99999999999999999999", "computed"),
        ("{ENV['K'] => 1}", "computed"),
        ("'a' * 3", "computed"),
    ],
)
def test_values(written: str, value: Any) -> None:
    assert _value(written) == value


def test_each_entry_has_the_line_of_its_key() -> None:
    rb = parse_gitlab_rb(b"x['a'] = {\n  'b' => {\n    'c' =>\n      1,\n  },\n  'l' => [\n    'm'\n  ]\n}\n", "g.rb")
    lines = {value.name: value.place.line for _, value in rb.tree.walk() if value.name}
    assert lines == {
        "x": 1,
        "x['a']": 1,
        "x['a']['b']": 2,
        "x['a']['b']['c']": 3,
        "x['a']['l']": 6,
        "x['a']['l'][0]": 7,
    }


def test_text_that_blows_up_stays_computed_and_values_that_do_are_refused() -> None:
    doubling = "".join(f"v{n + 1} = v{n} + v{n}\n" for n in range(40))
    rb = parse_gitlab_rb(f"v0 = 'x'\n{doubling}x['a'] = v40\n".encode(), "g.rb")
    assert _plain(rb.at("x", "a")) == "computed"
    nested = "".join(f"v{n + 1} = [v{n}, v{n}]\n" for n in range(40))
    with pytest.raises(UnreadableError, match=r"^g\.rb:\d+: more than 100,000 values$"):
        parse_gitlab_rb(f"v0 = 'x'\n{nested}x['a'] = v40\n".encode(), "g.rb")
