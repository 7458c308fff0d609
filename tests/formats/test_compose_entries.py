"""Short and long forms of mounts, ports and commands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats import yaml_tree
from regdoctor.formats.compose_entries import mounts, open_mount, parse_mount, parse_ports, ports, words
from regdoctor.formats.compose_merging import with_values
from regdoctor.formats.located import Located, Place

HERE = Located("x", Place("c.yml", 1))


def _tree(text: str) -> Located:
    return with_values(yaml_tree.parse(text.encode(), "c.yml"), {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("data:/var/lib/registry", ("volume", "data", "/var/lib/registry", False)),
        ("./data:/d:ro", ("bind", "./data", "/d", True)),
        ("/srv/data:/d:rw,z", ("bind", "/srv/data", "/d", False)),
        ("~/data:/d", ("bind", "~/data", "/d", False)),
        ("/d", ("anonymous", None, "/d", False)),
        ("${DATA:-x}:/d", ("bind", None, "/d", False)),
    ],
)
def test_the_short_form_of_mounts(text: str, expected: tuple[str, str | None, str, bool]) -> None:
    found = parse_mount(text, HERE)
    assert found is not None
    assert (found.kind, found.source, found.target, found.read_only) == expected


def test_long_forms_configs_and_memory() -> None:
    service = _tree(
        "volumes:\n"
        "  - {type: bind, source: /a, target: /b, read_only: true}\n"
        "  - {type: volume, target: /c}\n"
        "  - data:/d\n"
        "  - other:/d\n"
        "tmpfs: /e:size=1m\n"
        "configs: [one, {source: two, target: /etc/two.yml}]\n"
    ).entries()
    configs = _tree("one: {file: ./one.yml}\ntwo: {content: x}").entries()
    found = {one.target: (one.kind, one.source) for one in mounts(service, configs)}
    assert found == {
        "/b": ("bind", "/a"),
        "/c": ("anonymous", None),
        "/d": ("volume", "other"),
        "/e": ("tmpfs", None),
        "/one": ("config", "./one.yml"),
        "/etc/two.yml": ("config", None),
    }


def test_a_target_that_is_not_known_is_told() -> None:
    assert open_mount(_tree("volumes: ['$VOLUME']").entries()) is not None
    assert open_mount(_tree("volumes: ['$DATA:/d']").entries()) is None
    assert open_mount(_tree("volumes: [{type: bind, source: x, target: $T}]").entries()) is not None
    assert [one.target for one in mounts(_tree("volumes: ['$DATA:/d']").entries(), {})] == ["/d"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5000:5000", [("", "5000", "5000")]),
        ("5000", [("", "", "5000")]),
        ("127.0.0.1:80:5000/tcp", [("127.0.0.1", "80", "5000")]),
        ("0.0.0.0:80:5000", [("", "80", "5000")]),
        ("[::1]:80:5000", [("[::1]", "80", "5000")]),
        ("127.0.0.1::5000", [("127.0.0.1", "", "5000")]),
        ("5000-5001:6000-6001", [("", "5000", "6000"), ("", "5001", "6001")]),
        ("53:53/udp", []),
        ("no port", []),
    ],
)
def test_the_short_form_of_ports(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(one.host_ip, one.published, one.target) for one in parse_ports(text, HERE)] == expected


def test_the_long_form_of_ports() -> None:
    found = ports(
        _tree("p: [{target: 5001, published: '81', host_ip: 127.0.0.1}, {target: 53, protocol: udp}, 5000]").at("p")
    )
    assert [(one.target, one.published, one.is_loopback) for one in found] == [
        ("5001", "81", True),
        ("5000", "", False),
    ]


def test_commands_in_both_forms() -> None:
    assert words(_tree("c: serve '/etc/a b.yml'").at("c")) == ("serve", "/etc/a b.yml")
    assert words(_tree("c: [serve, /x.yml]").at("c")) == ("serve", "/x.yml")
    assert words(_tree('c: "it\'s open"').at("c")) == ("it's", "open")
    assert words(None) == ()


@given(st.text(max_size=60))
def test_no_text_crashes_them(text: str) -> None:
    parse_mount(text, HERE)
    assert len(list(parse_ports(text, HERE))) <= 1001
