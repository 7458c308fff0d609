"""One way to authenticate, and one that the registry has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.auth.auth_scheme_not_one import auth_scheme_not_one
from regdoctor.evidence.product import Generation
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import parse_registry_config

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def test_two_in_the_file_stop_the_registry(given: Given) -> None:
    config = given.config("auth:\n  token:\n    realm: r\n  htpasswd:\n    path: p\n")
    fail = given.fail(auth_scheme_not_one, config=config, product=given.product())

    assert "token and htpasswd" in fail.message
    assert "does not start" in fail.message
    assert len(fail.evidence) == 2
    assert "auth.htpasswd" in fail.remedy[Dialect.PLAIN].text


def test_a_second_one_from_a_variable_leaves_it_to_chance(given: Given) -> None:
    place = Place("docker-compose.yml", 9, "environment")
    variables = [("REGISTRY_AUTH_HTPASSWD_REALM", "x", place)]
    config = parse_registry_config(b"auth: {silly: {realm: r, service: s}}", "config.yml", variables)
    fail = given.fail(auth_scheme_not_one, config=config, product=given.product())

    assert "left to chance" in fail.message
    assert {quote.source for quote in fail.evidence} == {"config.yml", "docker-compose.yml"}
    assert fail.remedy[Dialect.COMPOSE].commands == ("REGISTRY_AUTH: htpasswd",)


def test_the_variable_with_the_name_alone_resets_it(given: Given) -> None:
    place = Place("docker-compose.yml", 9, "environment")
    variables = [("REGISTRY_AUTH", "htpasswd", place), ("REGISTRY_AUTH_HTPASSWD_REALM", "x", place)]
    config = parse_registry_config(b"auth: {silly: {realm: r, service: s}}", "config.yml", variables)

    assert given.passes(auth_scheme_not_one, config=config, product=given.product())


@pytest.mark.parametrize(("name", "meant"), [("basic", "token"), ("Token", "token"), ("htpaswd", "htpasswd")])
def test_an_unknown_one_is_a_finding_with_the_nearest(given: Given, name: str, meant: str) -> None:
    fail = given.fail(auth_scheme_not_one, config=given.config(f"auth: {{{name}: {{}}}}"), product=given.product())

    assert f"Did you mean {meant}?" in fail.message
    assert fail.resource == f"auth.{name}"


def test_gitlabs_registry_has_no_htpasswd(given: Given) -> None:
    config = given.config("auth: {htpasswd: {realm: r, path: p}}")

    given.fail(auth_scheme_not_one, config=config, product=given.product(Generation.GITLAB))
    assert given.passes(auth_scheme_not_one, config=config, product=given.product())


@pytest.mark.parametrize("auth", ["{token: {}}", "{none: {}}", "None", "silly", "{}"])
def test_one_or_none_passes(given: Given, auth: str) -> None:
    assert given.passes(auth_scheme_not_one, config=given.config(f"auth: {auth}"), product=given.product())


@pytest.mark.parametrize("text", ["version: 0.1", "auth:"])
def test_no_section_is_not_judged(given: Given, text: str) -> None:
    assert given.skips(auth_scheme_not_one, config=given.config(text), product=given.product())
