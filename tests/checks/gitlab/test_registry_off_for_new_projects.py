"""The default of new projects, on each side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regdoctor.checks.gitlab.registry_off_for_new_projects import registry_off_for_new_projects
from regdoctor.formats.gitlab_rb import GitLabRb, parse_gitlab_rb

if TYPE_CHECKING:
    from tests.checks.conftest import Given

YML = "production:\n  gitlab:\n    default_projects_features:\n      container_registry: "


def _rb(value: str) -> GitLabRb:
    code = f"gitlab_rails['gitlab_default_projects_features_container_registry'] = {value}\n"
    return parse_gitlab_rb(code.encode(), "g.rb")


def test_off_on_both_sides_quotes_both(given: Given) -> None:
    fail = given.fail(registry_off_for_new_projects, rb=_rb("false"), gitlab=given.gitlab(f"{YML}false\n"))
    assert [quote.line for quote in fail.evidence] == [1, 4]


def test_either_side_alone_is_enough(given: Given) -> None:
    assert len(given.fail(registry_off_for_new_projects, rb=_rb("false")).evidence) == 1
    assert len(given.fail(registry_off_for_new_projects, gitlab=given.gitlab(f"{YML}false\n")).evidence) == 1


def test_a_gitlab_yml_made_from_gitlab_rb_is_no_second_side(given: Given) -> None:
    gitlab = replace(given.gitlab(f"{YML}false\n"), source="g.rb")
    assert len(given.fail(registry_off_for_new_projects, rb=_rb("false"), gitlab=gitlab).evidence) == 1


def test_on_passes_and_unset_is_on(given: Given) -> None:
    assert given.passes(registry_off_for_new_projects, rb=_rb("true"), gitlab=given.gitlab(f"{YML}true\n"))
    assert given.skips(registry_off_for_new_projects, rb=_rb("nil"), gitlab=given.gitlab("production: {}\n"))
