"""Storage middleware is found by its name, in its place."""

from __future__ import annotations

from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.formats.storage_middleware import middleware_of


def places(text: str, name: str = "redirect") -> list[int]:
    """Where middleware of that name is."""
    return [number for number, _ in middleware_of(parse_registry_config(text.encode(), "config.yml"), name)]


def test_each_of_that_name_is_found_but_for_those_that_are_disabled() -> None:
    rows = "{name: redirect, disabled: true}, {name: cloudfront}, {name: redirect}, {options: {}}, text"
    text = f"middleware: {{storage: [{rows}]}}"
    assert places(text) == [2]
    assert places(text, "cloudfront") == [1]


def test_where_there_is_no_list_there_is_none() -> None:
    assert places("version: 0.1") == places("middleware: {storage: }") == places("middleware: {storage: {a: b}}") == []
