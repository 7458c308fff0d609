"""Compose files laid over each other, and services that extend each other."""

from __future__ import annotations

from regdoctor.formats import yaml_tree
from regdoctor.formats.compose_merging import as_variables, base_of, extended, laid_over, with_values
from regdoctor.formats.located import Computed, Located


def _tree(text: str) -> Located:
    return yaml_tree.parse(text.encode(), "c.yml")


def _plain(node: Located | None) -> object:
    assert node is not None
    if isinstance(node.value, tuple):
        return [_plain(item) for item in node.value]
    if isinstance(node.value, Computed):
        return node.value
    return {key: _plain(value) for key, value in node.entries().items()} or node.value


def test_lists_are_joined_but_commands_replaced() -> None:
    below = _tree("ports: [a]\ncommand: [x]\nimage: one\n")
    above = _tree("ports: [b]\ncommand: [y]\nimage: two\n")
    assert _plain(laid_over(below, above)) == {"ports": ["a", "b"], "command": ["y"], "image": "two"}


def test_variables_merge_by_name_whatever_their_form() -> None:
    below, above = _tree("environment: {A: 1, B: 2}"), _tree("environment: ['B=3', 'C = 4', D]")
    merged = laid_over(below, above).at("environment")
    assert _plain(merged) == {"A": 1, "B": "3", "C ": " 4", "D": Computed("D of the shell that starts it")}


def test_a_variable_keeps_its_line() -> None:
    found = as_variables(_tree("x:\n  - A=1\n  - B=2\n").at("x") or _tree(""))
    assert [(name, value.place.line) for name, value in found.items()] == [("A", 2), ("B", 3)]


def test_values_are_put_in_or_computed() -> None:
    found = with_values(_tree("a: ${X:-1}\nb: [$Y]\nc: {d: '$$5'}\ne: 7\n"), {})
    assert _plain(found) == {"a": "1", "b": [Computed("$Y")], "c": {"d": "$5"}, "e": 7}


def test_a_service_has_what_it_extends() -> None:
    nodes = _tree(
        "base: {image: a, ports: [x]}\nmiddle: {extends: base}\ntop: {extends: {service: middle}, ports: [y]}"
    )
    services = nodes.entries()
    merged = extended(services, "top")
    assert _plain(merged.at("image")) == "a"
    assert _plain(merged.at("ports")) == ["x", "y"]
    assert base_of(services["base"]) is None


def test_services_that_extend_each_other_come_to_an_end() -> None:
    services = _tree("a: {extends: b}\nb: {extends: a, image: x}").entries()
    assert _plain(extended(services, "a").at("image")) == "x"


def test_another_file_is_named() -> None:
    found = base_of(_tree("a: {extends: {service: b, file: other.yml}}").entries()["a"])
    assert found is not None
    assert found[0] == "b"
    assert found[1] is not None
    assert found[1].text() == "other.yml"
