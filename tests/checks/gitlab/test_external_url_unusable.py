"""URLs with which reconfigure stops are found; those of templates are left open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Fail, Outcome, Pass, Skip, Unknown
from regdoctor.checks.gitlab.external_url_unusable import external_url_unusable

if TYPE_CHECKING:
    from tests.checks.conftest import Given

GOOD = "registry_external_url 'https://r.example.com'\n"


def _outcomes(given: Given, code: str) -> list[Outcome]:
    return given.outcomes(external_url_unusable, rb=given.rb(code))


@pytest.mark.parametrize(
    ("code", "problem", "mode"),
    [
        ("registry_external_url 'r.example.com'", "has no scheme and host", "GL-06"),
        ("registry_external_url ''", "has no scheme and host", "GL-06"),
        ("registry_external_url 'r.example.com:5050'", "has no scheme and host", "GL-06"),
        ("registry_external_url 'https://r.example.com:port'", "is no URL", "GL-06"),
        ("registry_external_url 'tcp://r.example.com'", "the scheme tcp", "GL-06"),
        ("registry_external_url 'https://g.example.com/registry'", "has a path, /registry", "PROXY-13"),
        ("registry_external_url = 'https://r.example.com'", "with an equals sign", "GL-06"),
        (f"{GOOD}external_url 'g.example.com'", "external_url has no scheme and host", "GL-06"),
    ],
)
def test_a_url_that_omnibus_refuses_is_a_finding(given: Given, code: str, problem: str, mode: str) -> None:
    (fail,) = _outcomes(given, code)
    assert isinstance(fail, Fail)
    assert problem in fail.message
    assert fail.failure_modes == (mode,)
    assert fail.evidence[0].line == code.count("\n") + 1


@pytest.mark.parametrize(
    "code",
    [
        GOOD,
        "registry_external_url 'https://r.example.com:5050/'",
        "registry_external_url 'http://10.0.0.1'",
        f"{GOOD}external_url 'https://g.example.com/gitlab'",
        f"{GOOD}external_url 'g.example.com'\nregistry['token_realm'] = 'https://g.example.com'",
        f"registry_external_url = 'x'\n{GOOD}",
    ],
)
def test_urls_that_omnibus_takes_pass(given: Given, code: str) -> None:
    (outcome,) = _outcomes(given, code)
    assert isinstance(outcome, Pass)


@pytest.mark.parametrize("value", ["'${REGISTRY_URL}'", "'{{ registry_url }}'", "'<%= url %>'", "ENV['REGISTRY_URL']"])
def test_what_is_filled_in_elsewhere_is_unknown(given: Given, value: str) -> None:
    (outcome,) = _outcomes(given, f"registry_external_url {value}")
    assert isinstance(outcome, Unknown)


@pytest.mark.parametrize("code", ["", "external_url 'g.example.com'"])
def test_without_a_registry_nothing_is_judged(given: Given, code: str) -> None:
    (outcome,) = _outcomes(given, code)
    assert isinstance(outcome, Skip)
