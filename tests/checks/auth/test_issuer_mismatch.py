"""Two issuers are a finding that quotes both; one issuer, or tokens of others, are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.auth.issuer_mismatch import issuer_mismatch
from regdoctor.formats.located import UndecidedError

if TYPE_CHECKING:
    from tests.checks.conftest import Given

CONFIG = "version: 0.1\nauth:\n  token:\n    realm: https://gitlab.example.com/jwt/auth\n    issuer: gitlab-issuer\n"


def yml(issuer: str, enabled: str = "true") -> str:
    return f"production:\n  registry:\n    enabled: {enabled}\n    issuer: {issuer}\n"


def test_two_issuers_are_quoted_from_both_sides(given: Given) -> None:
    fail = given.fail(issuer_mismatch, config=given.config(CONFIG), gitlab=given.gitlab(yml("omnibus-gitlab-issuer")))

    assert '"omnibus-gitlab-issuer"' in fail.message
    assert '"gitlab-issuer"' in fail.message
    assert [(quote.line, quote.quote.rpartition(": ")[2]) for quote in fail.evidence] == [
        (5, "gitlab-issuer"),
        (4, "omnibus-gitlab-issuer"),
    ]
    assert fail.remedy[Dialect.OMNIBUS].commands[0] == "gitlab_rails['registry_issuer'] = \"omnibus-gitlab-issuer\""


def test_case_counts_as_the_registry_compares_letter_by_letter(given: Given) -> None:
    given.fail(issuer_mismatch, config=given.config(CONFIG), gitlab=given.gitlab(yml("GitLab-issuer")))


def test_one_issuer_passes(given: Given) -> None:
    assert given.passes(issuer_mismatch, config=given.config(CONFIG), gitlab=given.gitlab(yml("gitlab-issuer")))


@pytest.mark.parametrize("text", ["registry: {enabled: true}\n", "registry: {enabled: true, issuer: }\n"])
def test_a_gitlab_without_an_issuer_writes_none_into_its_tokens(given: Given, text: str) -> None:
    fail = given.fail(issuer_mismatch, config=given.config(CONFIG), gitlab=given.gitlab(text))

    assert "sets no registry.issuer" in fail.message
    assert "issuer: gitlab-issuer" in fail.remedy[Dialect.PLAIN].commands[0]


def test_tokens_of_another_service_are_not_gitlabs_business(given: Given) -> None:
    config = given.config("auth: {token: {realm: https://auth.example.com/auth, issuer: docker-auth}}\n")
    assert "no realm of GitLab" in given.skips(issuer_mismatch, config=config, gitlab=given.gitlab(yml("x")))


def test_a_gitlab_without_a_registry_signs_nothing(given: Given) -> None:
    gitlab = given.gitlab(yml("x", enabled="false"))
    assert "switched off" in given.skips(issuer_mismatch, config=given.config(CONFIG), gitlab=gitlab)


def test_a_registry_without_an_issuer_does_not_start_at_all(given: Given) -> None:
    config = given.config("auth: {token: {realm: https://gitlab.example.com/jwt/auth}}\n")
    assert "does not start" in given.skips(issuer_mismatch, config=config, gitlab=given.gitlab(yml("x")))


def test_an_issuer_in_erb_is_not_guessed(given: Given) -> None:
    gitlab = given.gitlab(yml('"<%= ENV.fetch(%q(ISSUER)) %>"'))
    with pytest.raises(UndecidedError, match="run time"):
        given.outcome(issuer_mismatch, config=given.config(CONFIG), gitlab=gitlab)
