"""A host is a host; what else is in it becomes part of every image's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Severity
from regdoctor.checks.gitlab.registry_host_malformed import registry_host_malformed

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def yml(host: str, port: str = "", enabled: str = "true") -> str:
    return f"registry:\n  enabled: {enabled}\n  host: {host}\n  port: {port}\n"


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("https://registry.example.com", "scheme"),
        ("https://registry.example.com:5050/", "scheme"),
        ("registry.example.com/registry", "path"),
        ("registry.example.com/", "slash"),
    ],
)
def test_a_scheme_or_a_path_in_the_host_is_a_finding(given: Given, host: str, words: str) -> None:
    fail = given.fail(registry_host_malformed, gitlab=given.gitlab(yml(host)))

    assert words in fail.message
    assert fail.severity is None
    assert fail.evidence[0].line == 3
    assert fail.remedy[Dialect.PLAIN].commands == ("registry:\n  host: registry.example.com",)


def test_a_port_that_comes_twice_is_a_finding_with_both(given: Given) -> None:
    fail = given.fail(registry_host_malformed, gitlab=given.gitlab(yml("registry.example.com:5050", "5050")))
    assert [quote.line for quote in fail.evidence] == [3, 4]


def test_a_port_in_the_wrong_place_works_and_is_worth_knowing(given: Given) -> None:
    fail = given.fail(registry_host_malformed, gitlab=given.gitlab(yml("registry.example.com:5050")))

    assert fail.severity is Severity.INFO
    assert "port: 5050" in fail.remedy[Dialect.PLAIN].commands[0]


@pytest.mark.parametrize("host", ["registry.example.com", "localhost", "10.0.0.7", '"[2001:db8::1]"'])
@pytest.mark.parametrize("port", ["", "443", "80", "5050"])
def test_a_bare_host_passes_with_any_port(given: Given, host: str, port: str) -> None:
    assert given.passes(registry_host_malformed, gitlab=given.gitlab(yml(host, port)))


def test_a_registry_that_is_switched_off_is_skipped(given: Given) -> None:
    given.skips(registry_host_malformed, gitlab=given.gitlab(yml("https://x/", enabled="false")))
