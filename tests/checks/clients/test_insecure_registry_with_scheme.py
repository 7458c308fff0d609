"""Addresses are judged as dockerd 20.10 and skopeo 1.9 judged them when they were tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Pass, Severity, Skip
from regdoctor.checks.clients.insecure_registry_with_scheme import insecure_registry_with_scheme
from regdoctor.formats.registries_conf import RegistriesConfs, parse_registries_conf

if TYPE_CHECKING:
    from tests.checks.clients.conftest import Clients


def _conf(text: str) -> RegistriesConfs:
    return RegistriesConfs((parse_registries_conf(text.encode(), "/etc/containers/registries.conf"),))


@pytest.mark.parametrize(
    "text",
    [
        '{"insecure-registries": ["a.example.com", "a.example.com:5000", "10.0.0.0/8", "[::1]:5000", "fd00::/8"]}',
        '{"registry-mirrors": ["https://a.example.com", "http://b:5000/", "https://c/path", "https://u:p@d"]}',
        '{"insecure-registries": "a string"}',
        "{}",
    ],
)
def test_addresses_as_docker_wants_them_pass(clients: Clients, text: str) -> None:
    (outcome,) = clients.given.outcomes(insecure_registry_with_scheme, daemons=clients.daemon(text))
    assert isinstance(outcome, Pass)


@pytest.mark.parametrize("entry", ["http://a.example.com:5000", "https://a.example.com"])
def test_a_scheme_that_docker_strips_is_told_as_info(clients: Clients, entry: str) -> None:
    daemons = clients.daemon(f'{{\n"insecure-registries": ["ok",\n"{entry}"]}}')
    (fail,) = clients.given.fails(insecure_registry_with_scheme, daemons=daemons)
    assert fail.severity is Severity.INFO
    assert [(quote.quote, quote.line) for quote in fail.evidence] == [(f"insecure-registries.1: {entry}", 3)]


@pytest.mark.parametrize(
    "entry",
    ["a.example.com:5000/path", "a:99999", "*.example.com", "a.example.com:", "", "ftp://a", "https://a/", "-a"],
)
def test_an_entry_that_docker_refuses_is_critical(clients: Clients, entry: str) -> None:
    (fail,) = clients.given.fails(
        insecure_registry_with_scheme, daemons=clients.daemon(f'{{"insecure-registries": ["{entry}"]}}')
    )
    assert fail.severity is Severity.CRITICAL


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("a.example.com", "has no scheme"),
        ("a.example.com:5000", "has no scheme"),
        ("ftp://a.example.com", "scheme is ftp"),
        ("https://a.example.com?x=1", "a query or a fragment"),
    ],
)
def test_a_mirror_that_docker_refuses_is_critical(clients: Clients, entry: str, words: str) -> None:
    (fail,) = clients.given.fails(
        insecure_registry_with_scheme, daemons=clients.daemon(f'{{"registry-mirrors": ["{entry}"]}}')
    )
    assert fail.severity is Severity.CRITICAL
    assert words in fail.message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[[registry]]\nlocation = "https://a.example.com"\n', 2),
        ('[[registry]]\nprefix = "http://a"\nlocation = "a"\n', 2),
        ('[[registry]]\nlocation = "a"\n[[registry.mirror]]\nlocation = "http://m"\n', 4),
        ('[registries.insecure]\nregistries = ["a", "https://a.example.com"]\n', 2),
        ('unqualified-search-registries = ["https://docker.io"]\n', 1),
    ],
)
def test_podman_refuses_every_address_with_a_scheme(clients: Clients, text: str, line: int) -> None:
    (fail,) = clients.given.fails(insecure_registry_with_scheme, registries=_conf(text))
    assert fail.severity is Severity.ERROR
    assert [quote.line for quote in fail.evidence] == [line]


@pytest.mark.parametrize(
    "text", ['[[registry]]\nlocation = "a.example.com/path"\n', '[[registry]]\nlocation = "ftp://a"\n']
)
def test_podman_takes_the_rest(clients: Clients, text: str) -> None:
    assert clients.given.fails(insecure_registry_with_scheme, registries=_conf(text)) == []


def test_a_host_without_either_file_is_skipped(clients: Clients) -> None:
    (outcome,) = clients.given.outcomes(insecure_registry_with_scheme)
    assert isinstance(outcome, Skip)
