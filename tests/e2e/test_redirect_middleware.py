"""The real registry starts and does not start with the addresses that the check says so of."""

from __future__ import annotations

import pytest

from regdoctor.check import Fail, Outcome, Pass
from regdoctor.checks.storage.redirect_baseurl_malformed import redirect_baseurl_malformed
from tests.e2e.lone_registry import LoneRegistry


def settings(options: str) -> str:
    """The middleware with these options."""
    return f"middleware: {{storage: [{{name: redirect, options: {options}}}]}}\n"


def judged(registry: LoneRegistry) -> Outcome:
    """The check's only outcome."""
    told = redirect_baseurl_malformed.judge(config=registry.config())
    [outcome] = [told] if isinstance(told, Outcome) else list(told)
    return outcome


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("{baseurl: cdn.example.com}", "no scheme specified for redirect baseurl"),
        ("{baseurl: //cdn.example.com/x}", "no scheme specified for redirect baseurl"),
        ("{baseurl: 'https:///x'}", "no host specified for redirect baseurl"),
        ("{baseurl: 'cdn:8080'}", "no host specified for redirect baseurl"),
        ("{baseurl: '10.0.0.1:9000/x'}", "unable to parse redirect baseurl"),
        ("{other: x}", "no baseurl provided"),
        ("{baseurl: 5}", "baseurl must be a string"),
    ],
)
def test_what_stops_the_registry_is_found(lone_registry: LoneRegistry, options: str, said: str) -> None:
    assert said in lone_registry.refuse(settings(options))
    assert said in redirect_baseurl_malformed.symptoms
    assert isinstance(judged(lone_registry), Fail)


def test_with_a_whole_address_it_starts(lone_registry: LoneRegistry) -> None:
    lone_registry.serve(settings("{baseurl: 'https://cdn.example.com/x'}"))
    assert isinstance(judged(lone_registry), Pass)
