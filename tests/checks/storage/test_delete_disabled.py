"""Deletions, and who wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.delete_disabled import delete_disabled
from regdoctor.evidence.product import Generation
from regdoctor.formats.chart_rendering import rendered_registry_config
from regdoctor.formats.helm_values import parse_helm_values
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from tests.checks.seen_in_traffic import DIGEST, seen
from tests.traffic.seen_exchanges import errors, exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given

V2, V3, FORK = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB

GITLABS = "auth:\n  token:\n    realm: https://gitlab.example.com/jwt/auth\n"


def _config(given: Given, delete: str, auth: str = GITLABS) -> RegistryConfig:
    return given.config(f"version: 0.1\nstorage:\n  inmemory: {{}}\n{delete}{auth}")


@pytest.mark.parametrize(("delete", "line"), [("", 2), ("  delete: {enabled: false}\n", 4), ("  delete: {}\n", 2)])
def test_gitlab_wants_to_delete(given: Given, delete: str, line: int) -> None:
    fail = given.fail(delete_disabled, config=_config(given, delete))

    assert "GitLab uses this registry" in fail.message
    assert fail.evidence[0].quote.startswith("auth.token.realm")
    assert fail.evidence[1].line == line
    assert fail.remedy[Dialect.OMNIBUS].commands[0] == "registry['storage_delete_enabled'] = true"
    assert "enabled: true" in fail.remedy[Dialect.PLAIN].commands[0]


def test_gitlab_may_be_known_by_its_own_configuration(given: Given) -> None:
    gitlab = given.gitlab("production:\n  registry:\n    enabled: true\n")
    fail = given.fail(delete_disabled, config=_config(given, "", ""), gitlab=gitlab)

    assert "registry.enabled" in fail.evidence[0].quote


@pytest.mark.parametrize("text", ['"true"', "'yes'", "'True'"])
@pytest.mark.parametrize("auth", ["", GITLABS])
def test_true_in_quotation_marks_counts_as_off(given: Given, text: str, auth: str) -> None:
    fail = given.fail(delete_disabled, config=_config(given, f"  delete: {{enabled: {text}}}\n", auth))

    assert "quotation marks" in fail.message
    assert fail.evidence[0].line == 4


@pytest.mark.parametrize(("value", "told"), [("ture", "the text 'ture'"), ("yess", "the text 'yess'"), ("1", "1")])
def test_a_misspelt_true_counts_as_off(given: Given, value: str, told: str) -> None:
    fail = given.fail(delete_disabled, config=_config(given, f"  delete: {{enabled: {value}}}\n", ""))

    assert f"storage.delete.enabled is {told}, which counts as off" in fail.message


@pytest.mark.parametrize("value", ["'false'", "0", "'off'"])
def test_off_in_quotation_marks_is_a_choice_as_well(given: Given, value: str) -> None:
    given.passes(delete_disabled, config=_config(given, f"  delete: {{enabled: {value}}}\n", ""))


@pytest.mark.parametrize("delete", ["", "  delete: {enabled: false}\n"])
def test_without_gitlab_off_is_a_choice(given: Given, delete: str) -> None:
    given.passes(delete_disabled, config=_config(given, delete, ""))
    given.passes(delete_disabled, config=_config(given, delete, "auth: {htpasswd: {realm: r, path: /p}}\n"))
    off = given.gitlab("production:\n  registry:\n    enabled: false\n")
    given.passes(delete_disabled, config=_config(given, delete, ""), gitlab=off)


def test_enabled_is_fine(given: Given) -> None:
    given.passes(delete_disabled, config=_config(given, "  delete: {enabled: true}\n"))


def test_a_variable_that_says_so_is_quoted_and_changed_where_it_is(given: Given) -> None:
    place = Place("environment of process 7", layer="environment")
    config = parse_registry_config(
        f"version: 0.1\nstorage: {{inmemory: {{}}}}\n{GITLABS}".encode(),
        "config.yml",
        [("REGISTRY_STORAGE_DELETE_ENABLED", "false", place)],
    )
    fail = given.fail(delete_disabled, config=config)

    assert fail.evidence[1].source == "environment of process 7"
    assert fail.remedy[Dialect.PLAIN].commands == ("REGISTRY_STORAGE_DELETE_ENABLED=true",)


def test_what_the_charts_secret_says_is_not_known(given: Given) -> None:
    values = parse_helm_values([(b"registry: {storage: {secret: s, key: config}}\n", "values.yaml")])
    config = rendered_registry_config(values)

    assert "secret" in given.skips(delete_disabled, config=config)


def test_what_the_file_says_is_not_known_where_only_the_environment_is_seen(given: Given) -> None:
    variable = ("REGISTRY_AUTH_TOKEN_REALM", "https://g.example.com/jwt/auth", Place("x", layer="environment"))

    given.skips(delete_disabled, config=parse_registry_config(b"{}", "config.yml", [variable]))


def test_a_deletion_that_is_refused_is_told_in_traffic() -> None:
    refused = errors("UNSUPPORTED", "The operation is unsupported.")
    assert len(seen(delete_disabled, exchanged(f"DELETE /v2/a/manifests/{DIGEST}", 405, body=refused))) == 1
    assert not seen(delete_disabled, exchanged("DELETE /v2/a/manifests/latest", 405, body=refused))
    assert not seen(delete_disabled, exchanged(f"DELETE /v2/a/manifests/{DIGEST}", 202))
