"""Composing YAML: what is refused, in one line that names the file and the line."""

from __future__ import annotations

import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats import yaml_nodes
from regdoctor.formats.located import UnreadableError
from regdoctor.formats.yaml_nodes import compose

_BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
_MERGE_BOMB = "a: &a {k: 1}\n" + "".join(
    f"m{n}: &m{n}\n  k{n}: 1\n  <<: [*{old}, *{old}, *{old}]\n"
    for n, old in enumerate(["a", *(f"m{n}" for n in range(500))])
)

REFUSED = {
    "tab": (b"a:\n\tb: 1\n", "f.yml:2: a tab indents the line; YAML wants spaces"),
    "second document": (b"a: 1\n---\nb: 2\n", "f.yml:2: a second document begins; the file must hold one"),
    "duplicate key": (b"a: 1\nb: 2\na: 3\n", "f.yml:3: the key 'a' is already there, on line 1"),
    "duplicate key in another spelling": (
        b"80: 1\n'80': 2\n",
        "f.yml:2: the key '80' is already there, on line 1",
    ),
    "NUL": (b"a: 1\nb: \0\n", "f.yml:2: a NUL byte: this is binary, not text"),
    "Latin-1": (b"a: 1\nb: caf\xe9\n", "f.yml:2: not UTF-8 text (byte 0xe9); Latin-1 perhaps?"),
    "half of UTF-16": (b"\xff\xfea\0:\0 ", "f.yml: not UTF-16 text, though it begins so (byte 0x20)"),
    "control character": (b"a: 1\nb: \x1b[0m\n", "f.yml:2: the character U+001B is not allowed in YAML"),
    "recursive alias": (b"a: &a\n  b: *a\n", "f.yml:2: an alias that contains itself"),
    "list as a key": (b"a: 1\n? [b]\n: c\n", "f.yml:2: a list or a mapping stands where a key must be"),
    "merge of a scalar": (b"a: 1\n<<: b\n", "f.yml:3: a merge key (<<) whose value is not a mapping"),
    "deep nesting": (b"a:\n  " + b"[" * 150 + b"]" * 150, "f.yml:2: nested more than 100 levels deep"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_one_line_with_file_and_line(name: str) -> None:
    data, line = REFUSED[name]
    with pytest.raises(UnreadableError) as caught:
        compose(data, "f.yml")
    assert str(caught.value) == line


@pytest.mark.parametrize("data", [b"a: [1, 2\n", b"a: 1\n b: 2\n", b"a: 'x\n", b"{a: 1}}\n", b"a: !x!y z\n"])
def test_broken_yaml_is_named_with_its_file(data: bytes) -> None:
    with pytest.raises(UnreadableError, match=r"\Af\.yml:\d+: not YAML: [^\n]+\Z"):
        compose(data, "f.yml")


def test_a_password_taken_for_an_alias_is_not_shown() -> None:
    with pytest.raises(UnreadableError) as caught:
        compose(b"password: *hunter2hunter2\n", "f.yml")
    assert "hunter2" not in str(caught.value)
    assert str(caught.value).startswith("f.yml:1: an alias (*name) to an anchor that is not there")


@pytest.mark.parametrize("text", [_MERGE_BOMB, "- a\n" * 60_000], ids=["merges", "items"])
def test_more_values_than_any_configuration_has_are_refused_soon(text: str) -> None:
    began = time.monotonic()
    with pytest.raises(UnreadableError, match="more than 50,000 values"):
        compose(text.encode(), "f.yml")
    assert time.monotonic() - began < 5


def test_an_alias_bomb_composes_small_since_aliases_share_nodes() -> None:
    assert compose(_BOMB.encode(), "f.yml") is not None


def test_no_document_is_none() -> None:
    assert compose(b"", "f.yml") is None
    assert compose(b"# nothing but a comment\n", "f.yml") is None


_PIECES = st.sampled_from(
    [
        b"a",
        b": ",
        b"\n",
        b"- ",
        b"  ",
        b"\t",
        b"&a ",
        b"*a",
        b"<<: ",
        b"{",
        b"}",
        b"[",
        b"]",
        b"'",
        b'"',
        b"? ",
        b", ",
        b"!x ",
        b"!!int ",
        b"!",
        b"|\n",
        b">\n",
        b"---\n",
        b"...\n",
        b"%YAML 1.1\n",
        b"#",
        b"\\u",
        b"\0",
        b"\xff",
        b"\r\n",
    ]
)


@given(st.one_of(st.binary(), st.lists(_PIECES, max_size=60).map(b"".join)))
def test_any_bytes_compose_or_are_refused_in_one_line(data: bytes) -> None:
    _compose_or_refuse(data)


@given(st.lists(_PIECES, max_size=60).map(b"".join))
def test_without_libyaml_too_any_bytes_compose_or_are_refused(data: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_nodes, "_LOADER", yaml.SafeLoader)
        _compose_or_refuse(data)


def _compose_or_refuse(data: bytes) -> None:
    try:
        compose(data, "f.yml")
    except UnreadableError as error:
        assert str(error).startswith("f.yml:")  # noqa: PT017 - either way is right
        assert "\n" not in str(error)  # noqa: PT017


def test_where_keys_may_be_doubled_the_last_counts_and_the_others_are_kept() -> None:
    found = compose(b"a: 1\nb: 2\na: 3\na: 4\n", "f.yml", doubled=True)
    assert found is not None
    mapping = found[1]
    assert isinstance(mapping, yaml_nodes.MappingNode)
    assert mapping.entries["a"] == (4, yaml_nodes.ScalarNode("4", plain=True))
    assert [line for line, _ in mapping.earlier["a"]] == [1, 3]
    assert list(mapping.earlier) == ["a"]
