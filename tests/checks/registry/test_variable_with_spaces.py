"""A space before the equals sign of a list's item is a finding, and shows no secret."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Pass
from regdoctor.checks.registry.variable_with_spaces import variable_with_spaces
from regdoctor.formats.compose_file import ComposeFile, ComposeRegistry, parse_compose_file

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _project(*items: str, image: str = "registry:2") -> ComposeFile:
    lines = ["services:", "  registry:", f"    image: {image}", "    environment:"]
    text = "\n".join([*lines, *(f"      - {item}" for item in items)])
    project = parse_compose_file([(text.encode(), "/srv/compose.yml")])
    return replace(project, registries=tuple(map(ComposeRegistry, project.registry_services())))


def test_a_name_with_a_space_is_a_finding_with_its_line(given: Given) -> None:
    project = _project("REGISTRY_LOG_LEVEL=info", "REGISTRY_STORAGE_DELETE_ENABLED = true")
    fail = given.fail(variable_with_spaces, compose=project, unit=given.no_such)
    assert fail.resource == "REGISTRY_STORAGE_DELETE_ENABLED"
    assert [(quote.quote, quote.line) for quote in fail.evidence] == [("REGISTRY_STORAGE_DELETE_ENABLED = true", 6)]
    assert fail.remedy[Dialect.COMPOSE].commands[0] == "- REGISTRY_STORAGE_DELETE_ENABLED=true"


def test_a_secret_is_not_shown(given: Given) -> None:
    fail = given.fail(
        variable_with_spaces, compose=_project("REGISTRY_HTTP_SECRET = planted-secret"), unit=given.no_such
    )
    assert "planted" not in str(fail)


def test_each_such_variable_is_one_finding(given: Given) -> None:
    project = _project("REGISTRY_A = 1", "REGISTRY_B = 2", "REGISTRY_C=3")
    assert len(given.fails(variable_with_spaces, compose=project, unit=given.no_such)) == 2


@pytest.mark.parametrize("item", ["REGISTRY_A=1", "REGISTRY_A= 1", "REGISTRY_A", "TZ = UTC"])
def test_others_pass(given: Given, item: str) -> None:
    given.passes(variable_with_spaces, compose=_project(item), unit=given.no_such)


def test_the_mapping_form_has_no_such_fault(given: Given) -> None:
    text = b"services:\n  registry:\n    image: registry:2\n    environment:\n      REGISTRY_A : 1\n"
    project = parse_compose_file([(text, "/srv/compose.yml")])
    project = replace(project, registries=tuple(map(ComposeRegistry, project.registry_services())))
    assert isinstance(given.outcome(variable_with_spaces, compose=project, unit=given.no_such), Pass)


def test_without_a_container_it_does_not_apply(given: Given) -> None:
    given.skips(variable_with_spaces, compose=given.no_such, unit=given.no_such)
