"""Where TLS ends must be said the same in the URL and in the settings of nginx."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail, Outcome, Pass, Severity, Skip
from regdoctor.checks.gitlab.outer_tls_undeclared import outer_tls_undeclared

if TYPE_CHECKING:
    from tests.checks.conftest import Given

HTTPS = "registry_external_url 'https://r.example.com'\n"
HTTP = "registry_external_url 'http://r.example.com'\n"


def _outcomes(given: Given, code: str) -> list[Outcome]:
    return given.outcomes(outer_tls_undeclared, rb=given.rb(code))


@pytest.mark.parametrize(
    ("code", "problem", "severity"),
    [
        (f"{HTTPS}registry['nginx']['listen_https'] = false", "plain HTTP on port 443", None),
        (f"{HTTPS}registry_nginx['listen_https'] = false", "plain HTTP on port 443", None),
        (f"{HTTP}registry['nginx']['listen_https'] = true", "clients speak plain HTTP to TLS", None),
        (f"{HTTP}registry['nginx']['proxy_set_headers'] = {{'X-Forwarded-Proto' => 'https'}}", "sent to https", None),
        (
            f"{HTTPS}registry['nginx']['proxy_set_headers'] = {{'X-Forwarded-Proto' => 'http'}}",
            "sent to http",
            Severity.ERROR,
        ),
    ],
)
def test_a_contradiction_is_a_finding_with_both_sides(
    given: Given, code: str, problem: str, severity: Severity | None
) -> None:
    (fail,) = _outcomes(given, code)
    assert isinstance(fail, Fail)
    assert problem in fail.message
    assert fail.severity is severity
    assert [quote.line for quote in fail.evidence] == [1, 2]


@pytest.mark.parametrize(
    "code",
    [
        HTTPS,
        HTTP,
        f"{HTTPS}registry['nginx']['listen_https'] = false\nregistry['nginx']['listen_port'] = 5080",
        f"{HTTPS}registry['nginx']['proxy_set_headers'] = {{'X-Forwarded-Proto' => 'https'}}",
        f"{HTTPS}registry['nginx']['proxy_set_headers'] = {{'X-Forwarded-Proto' => '$scheme'}}",
        f"{HTTPS}registry['nginx']['listen_https'] = true",
    ],
)
def test_settings_that_agree_pass(given: Given, code: str) -> None:
    (outcome,) = _outcomes(given, code)
    assert isinstance(outcome, Pass)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "registry_external_url 'r.example.com'",
        "registry_external_url 'https://[r'",
        "registry_external_url 'https://r.example.com:port'",
        f"{HTTPS}nginx['enable'] = false\nregistry['nginx']['listen_https'] = false",
        f"{HTTPS}registry['nginx']['enable'] = false\nregistry['nginx']['listen_https'] = false",
    ],
)
def test_another_proxy_is_not_judged_here(given: Given, code: str) -> None:
    (outcome,) = _outcomes(given, code)
    assert isinstance(outcome, Skip)


@pytest.mark.parametrize("name", ["registry_nginx", "registry['nginx']"])
def test_the_remedy_writes_the_name_that_the_file_uses(given: Given, name: str) -> None:
    (fail,) = _outcomes(given, f"{HTTPS}{name}['listen_https'] = false")
    assert isinstance(fail, Fail)
    assert fail.remedy[Dialect.PLAIN].commands[0] == f"{name}['listen_port'] = 5080"
