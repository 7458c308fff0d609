"""A registry that runs for a GitLab which has it switched off."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Severity
from regdoctor.checks.gitlab.registry_enabled_on_one_side import registry_enabled_on_one_side
from regdoctor.formats.gitlab_rb import GitLabRb, parse_gitlab_rb

if TYPE_CHECKING:
    from tests.checks.conftest import Given

CONFIG = "version: 0.1\nauth:\n  token:\n    realm: https://gitlab.example.com/jwt/auth\n"
OFF = "gitlab:\n  host: gitlab.example.com\nregistry:\n  enabled: false\n"


HOST = "gitlab:\n  host: gitlab.example.com\n"


@pytest.mark.parametrize(("gitlab", "line"), [(OFF, 4), (f"{HOST}registry:\n  port: 1\n", 3), (HOST, 1)])
def test_a_registry_of_this_gitlab_without_gitlab_is_a_finding(given: Given, gitlab: str, line: int) -> None:
    fail = given.fail(
        registry_enabled_on_one_side,
        config=given.config(CONFIG),
        gitlab=given.gitlab(gitlab),
        installation=given.installation(Dialect.SOURCE),
    )

    assert fail.evidence[0].line == 4
    assert fail.evidence[1].line == line
    assert "enabled: true" in fail.remedy[Dialect.PLAIN].commands[0]


def test_omnibus_leaves_the_file_of_a_registry_that_was_switched_off(given: Given) -> None:
    asked = {"config": given.config(CONFIG), "gitlab": given.gitlab(OFF)}

    assert "nothing starts one" in given.skips(
        registry_enabled_on_one_side, **asked, installation=given.installation(Dialect.OMNIBUS)
    )
    given.fail(registry_enabled_on_one_side, **asked, installation=given.installation(Dialect.OMNIBUS, pid=7))


def test_both_switched_on_pass(given: Given) -> None:
    assert given.passes(
        registry_enabled_on_one_side,
        config=given.config(CONFIG),
        gitlab=given.gitlab(OFF.replace("false", "true")),
        installation=given.installation(Dialect.SOURCE),
    )


@pytest.mark.parametrize("realm", ["https://other.example.com/jwt/auth", "https://auth.example.com/token"])
def test_a_registry_of_another_gitlab_or_of_none_is_skipped(given: Given, realm: str) -> None:
    given.skips(
        registry_enabled_on_one_side,
        config=given.config(f"auth: {{token: {{realm: {realm}}}}}\n"),
        gitlab=given.gitlab(OFF),
        installation=given.installation(Dialect.SOURCE),
    )


def rb(text: str) -> GitLabRb:
    return parse_gitlab_rb(text.encode(), "/etc/gitlab/gitlab.rb")


def test_omnibus_that_starts_the_registry_is_a_finding_without_its_process(given: Given) -> None:
    asked = {"config": given.config(CONFIG), "gitlab": given.gitlab(OFF), "installation": given.installation()}

    given.fail(registry_enabled_on_one_side, **asked, rb=rb("registry['enable'] = true\n"))
    given.skips(registry_enabled_on_one_side, **asked, rb=rb("registry['enable'] = false\n"))


ON = OFF.replace("false", "true")
STOPPED = "registry['enable'] = false\n"


def test_a_gitlab_without_a_registry_is_a_warning_with_both_sides(given: Given) -> None:
    fail = given.fail(
        registry_enabled_on_one_side, gitlab=given.gitlab(ON), installation=given.installation(), rb=rb(STOPPED)
    )

    assert fail.severity is Severity.WARNING
    assert [(quote.source, quote.line) for quote in fail.evidence] == [
        ("/etc/gitlab/gitlab.rb", 1),
        ("/var/opt/gitlab/gitlab-rails/etc/gitlab.yml", 4),
    ]


def test_a_registry_elsewhere_or_one_that_runs_here_is_in_its_place(given: Given) -> None:
    asked = {"gitlab": given.gitlab(ON)}
    elsewhere = f"{STOPPED}gitlab_rails['registry_api_url'] = 'https://registry.example.com:5000'\n"
    other_node = replace(given.installation(), gitlab_root=Path("/other"))

    given.passes(registry_enabled_on_one_side, **asked, installation=given.installation(), rb=rb(elsewhere))
    given.passes(registry_enabled_on_one_side, **asked, installation=given.installation(pid=7), rb=rb(STOPPED))
    given.passes(registry_enabled_on_one_side, **asked, installation=other_node, rb=rb(STOPPED))


def test_no_registry_on_either_side_is_skipped(given: Given) -> None:
    given.skips(registry_enabled_on_one_side, gitlab=given.gitlab(OFF), installation=given.installation())
