"""Each option that token authentication needs is a finding where it is missing or is no text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Pass, Skip
from regdoctor.checks.auth.token_option_missing import token_option_missing
from regdoctor.evidence.product import Generation
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import parse_registry_config

if TYPE_CHECKING:
    from tests.checks.conftest import Given

OPTIONS = {"realm": "https://gitlab.example.com/jwt/auth", "service": "s", "issuer": "i", "rootcertbundle": "/crt"}


def _text(**changes: str | None) -> str:
    options = {key: value for key, value in {**OPTIONS, **changes}.items() if value is not None}
    return "auth:\n  token:\n" + "".join(f"    {key}: {value}\n" for key, value in options.items())


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("value", [None, "", "5", "[a]"])
def test_an_option_that_is_no_text_is_a_finding(given: Given, name: str, value: str | None) -> None:
    config = given.config(_text(**{name: value}))
    (fail,) = given.fails(token_option_missing, config=config, product=given.product(Generation.DISTRIBUTION_2))

    assert fail.resource == f"auth.token.{name}"
    assert fail.evidence[0].line


def test_each_missing_option_is_a_finding(given: Given) -> None:
    fails = given.fails(token_option_missing, config=given.config("auth: token"), product=given.product())

    assert [fail.resource.rpartition(".")[2] for fail in fails] == ["realm", "service", "issuer", "rootcertbundle"]


def test_gitlabs_service_is_known(given: Given) -> None:
    config = given.config(_text(service=None))
    (fail,) = given.fails(token_option_missing, config=config, product=given.product())

    assert "service: container_registry" in fail.remedy[Dialect.PLAIN].commands[0]


def test_distribution_3_takes_jwks_instead(given: Given) -> None:
    config = given.config(_text(rootcertbundle=None, jwks="/jwks.json"))

    (found,) = given.outcomes(token_option_missing, config=config, product=given.product(Generation.DISTRIBUTION_3))
    assert isinstance(found, Pass)
    (fail,) = given.fails(token_option_missing, config=config, product=given.product(Generation.DISTRIBUTION_2))
    assert fail.resource == "auth.token.rootcertbundle"


@pytest.mark.parametrize("value", ['"true"', "1"])
def test_autoredirect_is_true_or_false(given: Given, value: str) -> None:
    config = given.config(_text(autoredirect=value))
    (fail,) = given.fails(token_option_missing, config=config, product=given.product())

    assert fail.resource == "auth.token.autoredirect"


@pytest.mark.parametrize("text", [_text(), _text(autoredirect="false"), _text(realm='""')])
def test_texts_pass(given: Given, text: str) -> None:
    (found,) = given.outcomes(token_option_missing, config=given.config(text), product=given.product())

    assert isinstance(found, Pass)


@pytest.mark.parametrize("text", ["version: 0.1", "auth: {htpasswd: {}}", "auth: {token: {}, silly: {}}"])
def test_other_ways_to_authenticate_are_not_judged(given: Given, text: str) -> None:
    (found,) = given.outcomes(token_option_missing, config=given.config(text), product=given.product())

    assert isinstance(found, Skip)


def test_variables_alone_are_judged_where_they_reset_the_section(given: Given) -> None:
    place = Place("docker-compose.yml", 9, "environment")
    one = ("REGISTRY_AUTH_TOKEN_REALM", "https://g/jwt/auth", place)
    alone = parse_registry_config(b"{}", "docker-compose.yml", [one])
    reset = parse_registry_config(b"{}", "docker-compose.yml", [("REGISTRY_AUTH", "token", place), one])

    (found,) = given.outcomes(token_option_missing, config=alone, product=given.product())
    assert isinstance(found, Skip)
    assert len(given.fails(token_option_missing, config=reset, product=given.product())) == 3
