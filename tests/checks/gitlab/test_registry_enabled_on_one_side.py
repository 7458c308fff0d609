"""A registry that runs for a GitLab which has it switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.gitlab.registry_enabled_on_one_side import registry_enabled_on_one_side

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

    assert "no registry runs" in given.skips(
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
