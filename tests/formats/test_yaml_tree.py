"""YAML as located values: lines, names, and the bounds on aliases."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.located import Located, Place, UnreadableError
from regdoctor.formats.yaml_tree import Doubled, parse, parse_value
from regdoctor.redaction import Secret

_FILE = b"""\
# a registry
version: 0.1
auth:
  token:
    realm: https://gitlab.example.com/jwt/auth

notifications:
  endpoints:
    - name: geo
      url: https://geo.example.com
      timeout: "500ms"
    - name: second
"""


def _value(tree: Located, *path: str) -> object:
    found = tree.at(*path)
    assert found is not None
    return found.value


def test_every_value_has_its_line_and_its_dotted_name() -> None:
    tree = parse(_FILE, "/etc/config.yml")
    places = {
        value.name: (value.place.line, value.value) for _, value in tree.walk() if not isinstance(value.value, dict)
    }
    assert places["auth.token.realm"] == (5, "https://gitlab.example.com/jwt/auth")
    assert places["notifications.endpoints.0.url"] == (10, "https://geo.example.com")
    assert places["notifications.endpoints.1.name"] == (12, "second")
    assert places["version"] == (2, 0.1)
    assert {value.place.source for _, value in tree.walk()} == {"/etc/config.yml"}
    auth = tree.at("auth", "token")
    assert auth is not None
    assert auth.place.line == 4


def test_quotes_make_text_and_tags_execute_nothing() -> None:
    tree = parse(
        b"a: '5000'\nb: !ruby/object:Foo 5\nc: !!int '5'\nd: !!python/object/apply:os.getcwd []\ne: |\n 1\n",
        "f",
    )
    assert [_value(tree, key) for key in "abcde"] == ["5000", "5", 5, (), "1\n"]


def test_keys_that_are_no_text_become_their_text() -> None:
    tree = parse(b"on: 1\n5000: 2\n~: 3\n0.5: 4\n", "f")
    assert [key for (key,), _ in list(tree.walk())[1:]] == ["on", "5000", "~", "0.5"]


def test_merge_keys_give_way_to_what_is_said_and_know_where_they_come_from() -> None:
    tree = parse(b"base: &b\n  host: a\n  port: 1\nweb:\n  port: 2\n  <<: *b\n", "f")
    assert _value(tree, "web", "port") == 2
    host = tree.at("web", "host")
    assert host is not None
    assert (host.value, host.place.line, host.name) == ("a", 2, "web.host")


def test_the_first_of_several_merges_wins() -> None:
    tree = parse(b"a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc:\n  <<: [*a, *b]\n", "f")
    assert (_value(tree, "c", "x"), _value(tree, "c", "y")) == (1, 2)


@pytest.mark.parametrize("data", [b"", b"\n\n", b"# only\n", b"---\n", b"---\n...\n", b"\xef\xbb\xbf", b"null\n"])
def test_an_empty_file_is_an_empty_mapping(data: bytes) -> None:
    assert parse(data, "f").value == {}


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfa: 1\r\nb:\r\n  c: x\r\n",
        "a: 1\nb:\n  c: x\n".encode("utf-16"),
        b"%YAML 1.1\n---\na: 1\nb: {c: x}\n",
    ],
    ids=["BOM and CRLF", "UTF-16", "directive"],
)
def test_the_encodings_that_yaml_allows_are_read(data: bytes) -> None:
    tree = parse(data, "f")
    assert (_value(tree, "a"), _value(tree, "b", "c")) == (1, "x")


@pytest.mark.parametrize(
    ("data", "kind"), [(b"\n- a\n", "a list"), (b"\nhello\n", "one value"), (b"\n'null'\n", "one value")]
)
def test_a_file_that_is_no_mapping_is_refused(data: bytes, kind: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        parse(data, "f.yml")
    assert str(caught.value) == f"f.yml:2: the file is not a mapping (`key: value`) but {kind}"


def _bomb(leaf: str) -> bytes:
    rows = [f"a: &a {leaf}"]
    rows += [f"{new}: &{new} [{', '.join(['*' + old] * 9)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)]
    return "\n".join(rows).encode()


@pytest.mark.parametrize(
    "data",
    [
        _bomb("[x, x]"),
        b"a: &a " + b"x" * 1_000_000 + b"\nb:\n" + b"  - *a\n" * 1_000,
        b"? " + b"k" * 1_000_000 + b"\n:\n" + b"  - 1\n" * 10_000,
        b"a0: &a0 [1]\n" + b"".join(b"a%d: &a%d [*a%d]\n" % (n, n, n - 1) for n in range(1, 200)),
    ],
    ids=["values", "text", "names", "depth"],
)
def test_aliases_and_names_that_blow_up_are_refused_soon(data: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(UnreadableError, match=r"\Af:\d+: aliases blow the document up"):
        parse(data, "f")
    assert time.monotonic() - began < 5


def test_the_seal_sees_path_text_and_value_of_every_scalar() -> None:
    seen: list[tuple[tuple[str, ...], str, object]] = []

    def seal(path: tuple[str, ...], text: str, value: object) -> Secret | None:
        seen.append((path, text, value))
        return Secret(text, "pin") if path[-1] == "pin" else None

    tree = parse(b"a: [0755]\npin: 0123456\n", "f", seal=seal)
    assert seen == [(("a", "0"), "0755", 493), (("pin",), "0123456", 42798)]
    assert _value(tree, "pin") == Secret("0123456", "pin")


def test_a_value_of_the_environment_may_be_of_any_kind_and_has_the_given_place() -> None:
    place = Place("environment of process 7", layer="environment")
    assert parse_value("true", place, "REGISTRY_X", ("x",)).value is True
    assert parse_value("", place, "REGISTRY_X").value is None
    tree = parse_value("{a: [1]}", place, "REGISTRY_X", ("x",))
    assert {value.place for _, value in tree.walk()} == {place}
    assert [value.name for _, value in tree.walk()] == ["REGISTRY_X", "REGISTRY_X.a", "REGISTRY_X.a.0"]
    with pytest.raises(UnreadableError, match=r"\Aenvironment of process 7: REGISTRY_X:1: not YAML"):
        parse_value("[a", place, "REGISTRY_X")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_mapping_or_refused(data: bytes) -> None:
    try:
        tree = parse(data, "f")
    except UnreadableError:
        return
    assert isinstance(tree.value, dict)


_KEYS = st.text("abcdefghijklmnop_", min_size=1, max_size=8)
_LEAVES = st.one_of(st.integers(-(10**9), 10**9), st.booleans(), st.none(), st.text("abc xyz:#-", max_size=12))


@given(
    st.dictionaries(_KEYS, st.recursive(_LEAVES, lambda inner: st.dictionaries(_KEYS, inner, max_size=3)), max_size=4)
)
def test_what_json_says_is_what_the_tree_holds(content: dict[str, object]) -> None:
    import json

    def plain(value: Located) -> object:
        if isinstance(value.value, dict):
            return {key: plain(child) for key, child in value.value.items()}
        return value.value

    assert plain(parse(json.dumps(content).encode(), "f")) == content


_DOUBLED = b"a: {x: 1, y: 1}\nb: {x: 1}\na:\n  y: 2\n  z: 2\nb: {y: 2}\na: {z: 3}\n"


def test_a_doubled_mapping_is_laid_over_the_first_where_it_merges_and_replaces_it_elsewhere() -> None:
    doubled = Doubled(lambda path: path[0] == "a")
    tree = parse(_DOUBLED, "f", doubled=doubled)
    assert {key: _value(tree, "a", key) for key in "xyz"} == {"x": 1, "y": 2, "z": 3}
    b = tree.at("b")
    assert b is not None
    assert set(b.entries()) == {"y"}
    assert [(key.name, key.first.place.line, key.last.place.line) for key in doubled.found] == [
        ("a", 1, 7),
        ("b", 2, 6),
    ]


def test_a_doubled_scalar_is_the_last_and_a_mapping_over_a_scalar_replaces_it() -> None:
    doubled = Doubled(lambda _: True)
    tree = parse(b"a: 1\na: 2\nb: 1\nb: {c: 1}\nd: {e: {f: 1, f: 2}}\n", "f", doubled=doubled)
    assert (_value(tree, "a"), _value(tree, "b", "c"), _value(tree, "d", "e", "f")) == (2, 1, 2)
    assert [key.name for key in doubled.found] == ["d.e.f", "a", "b"]


def test_doubled_keys_do_not_blow_the_document_up() -> None:
    text = "a: &a {k: 1}\n" + "".join(f"a: &a {{k: *a, k: *a, l{number}: *a}}\n" for number in range(60))
    began = time.monotonic()
    with pytest.raises(UnreadableError, match=r"aliases blow|levels deep|contains itself|more than"):
        parse(text.encode(), "f", doubled=Doubled(lambda _: True))
    assert time.monotonic() - began < 10
