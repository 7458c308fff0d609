"""Every value of a TOML file has the line where it was written."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.toml_lines import lines_of

RUNNER = """\
concurrent = 4 # = [not a value]
check.interval = 3

[[runners]]
  name = "one # two"
  [runners.docker]
    volumes = [
      "/cache", # first
      "/certs/client",
    ]
    [[runners.docker.services]]
      name = "docker:dind"
    [[runners.docker.services]]
      name = "redis"
[[runners]]
  name = '''
two
[lines]
'''
  "quoted.key" = { a = 1, "b c" = [
    2,
    { d = 3 } ] }
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("concurrent", 1),
        ("check", 2),
        ("check/interval", 2),
        ("runners", 4),
        ("runners/0", 4),
        ("runners/0/name", 5),
        ("runners/0/docker", 6),
        ("runners/0/docker/volumes", 7),
        ("runners/0/docker/volumes/0", 8),
        ("runners/0/docker/volumes/1", 9),
        ("runners/0/docker/services/0/name", 12),
        ("runners/0/docker/services/1", 13),
        ("runners/0/docker/services/1/name", 14),
        ("runners/1", 15),
        ("runners/1/name", 16),
        ("runners/1/quoted.key", 20),
        ("runners/1/quoted.key/b c/0", 21),
        ("runners/1/quoted.key/b c/1/d", 22),
    ],
)
def test_a_value_has_its_own_line(path: str, line: int) -> None:
    assert lines_of(RUNNER)[tuple(path.split("/"))] == line


@pytest.mark.parametrize(
    "value",
    [
        '"""a"""""',
        "'''it's'''",
        '"\\""',
        "1979-05-27 07:32:00.5",
        "1_000.5e-3",
        "[[1], [2, 3]]",
        '"""x\\" ""y"""',
        "{}",
    ],
)
def test_what_follows_a_value_of_any_shape_keeps_its_line(value: str) -> None:
    text = f"a = {value}\nb = 2\n[c]\nd = 1\n"
    tomllib.loads(text)
    found = lines_of(text)
    last = text.count("\n")
    assert (found["b",], found["c",], found["c", "d"]) == (last - 2, last - 1, last)


_KEYS = st.text(st.characters(codec="ascii"), min_size=1, max_size=8)
_VALUES = st.recursive(
    st.booleans() | st.integers(-9, 9) | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=12,
)


def _toml(value: Any) -> str:
    """A value as TOML on one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\u{ord(char):04x}" if ord(char) < 0x80 else char for char in value) + '"'
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    return str(value)


def _paths(value: Any, path: tuple[str, ...]) -> set[tuple[str, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {path}.union(*(_paths(item, (*path, str(key))) for key, item in inner))


@given(st.dictionaries(_KEYS, _VALUES, max_size=5))
def test_every_value_of_any_table_is_found_on_the_line_of_its_key(table: dict[str, Any]) -> None:
    text = "".join(f"# comment\n{_toml(key)} = {_toml(value)}\n" for key, value in table.items())
    assert tomllib.loads(text) == table
    found = lines_of(text)
    for number, (key, value) in enumerate(table.items(), start=1):
        assert {found.get(path) for path in _paths(value, (key,))} == {2 * number}
