"""A realm that is not GitLab's address is a finding, as serious as it is certain; GitLab's address is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail, Outcome, Pass, Severity, Skip
from regdoctor.checks.auth.realm_not_gitlab import realm_not_gitlab

if TYPE_CHECKING:
    from tests.checks.conftest import Given

SECURE = "host: gitlab.example.com\n    port: 443\n    https: true"


def judged(given: Given, realm: str, gitlab: str = SECURE, enabled: str = "true", more: str = "") -> list[Outcome]:
    config = given.config(f"version: 0.1\nauth:\n  token:\n    realm: {realm}\n{more}")
    text = f"production:\n  gitlab:\n    {gitlab}\n  registry:\n    enabled: {enabled}\n"
    return given.outcomes(realm_not_gitlab, config=config, gitlab=given.gitlab(text))


def the_fail(outcomes: list[Outcome]) -> Fail:
    (fail,) = outcomes
    assert isinstance(fail, Fail), fail
    assert fail.resource == "auth.token.realm"
    return fail


@pytest.mark.parametrize(
    ("realm", "gitlab"),
    [
        ("https://gitlab.example.com/jwt/auth", SECURE),
        ("https://GitLab.example.com:443/jwt/auth/", SECURE),
        ("https://gitlab.example.com/jwt/auth", "host: gitlab.example.com"),
        ("http://gitlab.example.com:10080/jwt/auth", "host: gitlab.example.com\n    port: 10080\n    https: false"),
        ("https://gitlab.example.com/jwt/auth", "host: gitlab.example.com\n    port: 80\n    https: false"),
        ("https://localhost:8443/jwt/auth", "host: localhost\n    port: 8443\n    https: true"),
        ("https://x.example.com/git/jwt/auth", "host: x.example.com\n    https: true\n    relative_url_root: /git"),
    ],
)
def test_gitlabs_own_address_passes(given: Given, realm: str, gitlab: str) -> None:
    (outcome,) = judged(given, realm, gitlab)
    assert isinstance(outcome, Pass), outcome


@pytest.mark.parametrize(
    ("realm", "severity", "words"),
    [
        ("gitlab.example.com/jwt/auth", None, "is no URL"),
        ("https://gitlab.example.com", None, "has not the path /jwt/auth"),
        ("https://gitlab.example.com/auth/token", None, "has not the path /jwt/auth"),
        ("https://127.0.0.1/jwt/auth", None, "leads each client to itself"),
        ("http://localhost:8080/jwt/auth", None, "leads each client to itself"),
        ("http://gitlab.example.com/jwt/auth", Severity.WARNING, "clear text"),
        ("https://gitlab.example.com:8443/jwt/auth", Severity.WARNING, "leads to port 8443"),
        ("https://10.0.0.5/jwt/auth", Severity.WARNING, "must reach it by the first"),
        ("https://gitlab/jwt/auth", Severity.WARNING, "must reach it by the first"),
        ("https://git.example.com/jwt/auth", Severity.INFO, "must reach it by the first"),
        ("https://auth.example.com/auth", Severity.WARNING, "another token service"),
    ],
)
def test_another_address_is_a_finding(given: Given, realm: str, severity: Severity | None, words: str) -> None:
    fail = the_fail(judged(given, realm))

    assert words in fail.message
    assert fail.severity is severity
    assert fail.evidence[0].line == 4
    assert fail.remedy[Dialect.PLAIN].commands[0].endswith('realm: "https://gitlab.example.com/jwt/auth"')
    assert fail.remedy[Dialect.OMNIBUS].commands[0] == "registry['token_realm'] = \"https://gitlab.example.com\""


def test_both_sides_are_quoted(given: Given) -> None:
    fail = the_fail(judged(given, "https://127.0.0.1/jwt/auth"))

    assert [quote.line for quote in fail.evidence] == [4, 3]


def test_a_port_that_was_left_out_is_certain(given: Given) -> None:
    gitlab = "host: gitlab.example.com\n    port: 10080\n    https: false"
    fail = the_fail(judged(given, "http://gitlab.example.com/jwt/auth", gitlab))

    assert fail.severity is None
    assert "GitLab's own port is 10080" in fail.message
    assert '"http://gitlab.example.com:10080/jwt/auth"' in fail.remedy[Dialect.PLAIN].commands[0]


def test_the_path_that_gitlab_is_installed_under_belongs_to_it(given: Given) -> None:
    gitlab = f"{SECURE}\n    relative_url_root: /git"
    assert "/git/jwt/auth" in the_fail(judged(given, "https://gitlab.example.com/jwt/auth", gitlab)).message


def test_what_does_not_apply_is_skipped(given: Given) -> None:
    off = judged(given, "https://127.0.0.1/jwt/auth", enabled="false")
    replaced = judged(given, "https://127.0.0.1/jwt/auth", more="    autoredirect: true\n")
    none = given.outcomes(
        realm_not_gitlab, config=given.config("version: 0.1\n"), gitlab=given.gitlab("registry: {}\n")
    )

    assert [type(outcome) for outcome in (*off, *replaced, *none)] == [Skip, Skip, Skip]
