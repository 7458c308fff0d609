"""URLs with which reconfigure stops are found; those of templates are left open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown
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


SHARED = "external_url 'https://g.example.com'\nregistry_external_url 'https://G.example.com:443/'\n"


def test_gitlabs_own_address_is_none_for_the_registry(given: Given) -> None:
    (fail,) = _outcomes(given, SHARED)
    assert isinstance(fail, Fail)
    assert "GitLab's own address, g.example.com on port 443" in fail.message
    assert [quote.line for quote in fail.evidence] == [2, 1]


@pytest.mark.parametrize(
    "code",
    [
        "registry_nginx['listen_port'] = 5080",
        "registry['nginx']['enable'] = false",
        "nginx['listen_port'] = 8080",
        "nginx['enable'] = false",
        "registry['enable'] = false",
        "external_url ENV['URL']",
        "from_file '/etc/gitlab/more.rb'",
        "registry_external_url 'https://g.example.com:5050'",
        "registry_external_url 'http://g.example.com'",
    ],
)
def test_another_port_proxy_or_node_may_part_what_shares_an_address(given: Given, code: str) -> None:
    outcomes = _outcomes(given, f"{SHARED}{code}\n")
    assert not [one for one in outcomes if isinstance(one, Fail)]


def _yml(given: Given, registry: str) -> list[Outcome]:
    text = f"production:\n  gitlab: {{host: g.example.com, port: 443, https: true}}\n  registry: {{{registry}}}\n"
    return given.outcomes(external_url_unusable, rb=given.no_such, gitlab=given.gitlab(text))


@pytest.mark.parametrize(
    "registry", ["enabled: true, host: g.example.com", "enabled: true, host: G.example.com, port: 443"]
)
def test_gitlab_yml_alone_tells_it_as_a_warning(given: Given, registry: str) -> None:
    (fail,) = _yml(given, registry)
    assert isinstance(fail, Fail)
    assert fail.severity is Severity.WARNING
    assert {quote.line for quote in fail.evidence} == {2, 3}


@pytest.mark.parametrize(
    ("registry", "kind"),
    [
        ("enabled: true, host: g.example.com, port: 5050", Pass),
        ("enabled: true, host: r.example.com", Pass),
        ("enabled: false, host: g.example.com", Skip),
        ("enabled: true", Skip),
    ],
)
def test_addresses_of_their_own_in_gitlab_yml_are_no_finding(given: Given, registry: str, kind: type[Outcome]) -> None:
    (outcome,) = _yml(given, registry)
    assert isinstance(outcome, kind)


def test_without_either_file_the_reason_is_that_of_gitlab_rb(given: Given) -> None:
    assert given.skips(external_url_unusable, rb=given.no_such) == given.no_such.reason
    assert given.unknown(external_url_unusable, rb=given.not_here) == given.not_here.reason
