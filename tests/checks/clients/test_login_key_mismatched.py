"""Only a login that Docker truly does not find is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.clients.login_key_mismatched import login_key_mismatched
from regdoctor.evidence.docker_client import DockerLogins
from regdoctor.formats.docker_cli_config import parse_docker_cli_config

if TYPE_CHECKING:
    from tests.checks.conftest import Given

SOURCE = "/root/.docker/config.json"
GITLAB = "registry: {host: registry.example.com, port: 5050}"
ON_443 = "registry: {host: registry.example.com, port: 443}"


def logins(text: str) -> DockerLogins:
    """One user's file."""
    return DockerLogins((parse_docker_cli_config(text.encode(), SOURCE),))


def keyed(key: str) -> DockerLogins:
    """One login."""
    return logins(f'{{"auths": {{\n"{key}": {{"auth": "Y2k6ZXhhbXBsZS10b2tlbg=="}}}}}}')


@pytest.mark.parametrize(
    "key",
    [
        "registry.example.com:5050",
        "https://registry.example.com:5050",
        "https://registry.example.com:5050/v2/",
        "registry.example.com:5050/group/project",
        "https://index.docker.io/v1/",
        "other.example.com",
        "[::1]:5000",
    ],
)
def test_what_docker_finds_or_what_is_for_others_passes(given: Given, key: str) -> None:
    assert given.passes(login_key_mismatched, logins=keyed(key), gitlab=given.gitlab(GITLAB)) == SOURCE


@pytest.mark.parametrize("key", ["registry.example.com", "https://registry.example.com/", "Registry.example.com:5000"])
def test_a_login_without_the_registrys_port_is_told_with_both_sides(given: Given, key: str) -> None:
    fail = given.fail(login_key_mismatched, logins=keyed(key), gitlab=given.gitlab(GITLAB))

    assert "none for the registry, registry.example.com:5050" in fail.message
    assert (fail.evidence[0].source, fail.evidence[0].line) == (SOURCE, 2)
    assert len(fail.evidence) == 3
    assert fail.remedy[Dialect.PLAIN].commands == ("docker login registry.example.com:5050",)


@pytest.mark.parametrize("key", ["registry.example.com", "registry.example.com:443"])
def test_the_port_of_https_may_be_written(given: Given, key: str) -> None:
    assert given.passes(login_key_mismatched, logins=keyed(key), gitlab=given.gitlab(ON_443))


@pytest.mark.parametrize("key", ["https:/registry.example.com", "registry.example.com:port", ""])
def test_a_key_that_is_no_host_fits_no_registry(given: Given, key: str) -> None:
    assert "fits no registry" in given.fail(login_key_mismatched, logins=keyed(key)).message


def test_a_helper_is_named_by_host_alone(given: Given) -> None:
    text = '{"credHelpers": {\n"https://registry.example.com": "pass"}}'
    fail = given.fail(login_key_mismatched, logins=logins(text))

    assert "asked for no registry" in fail.message
    assert fail.evidence[0].line == 2


def test_programs_that_keep_logins_have_rules_of_their_own(given: Given) -> None:
    text = '{"auths": {"registry.example.com": {}}, "credsStore": "pass"}'

    assert given.passes(login_key_mismatched, logins=logins(text), gitlab=given.gitlab(GITLAB))


def test_without_the_registrys_address_a_login_for_any_host_passes(given: Given) -> None:
    assert given.passes(login_key_mismatched, logins=keyed("registry.example.com"))
