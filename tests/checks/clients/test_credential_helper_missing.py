"""A program that keeps logins and is not there is told with the line that names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.checks.clients.credential_helper_missing import credential_helper_missing
from regdoctor.evidence.docker_client import DockerLogins
from regdoctor.formats.docker_cli_config import parse_docker_cli_config

if TYPE_CHECKING:
    from tests.checks.conftest import Given

SOURCE = "/root/.docker/config.json"


def logins(text: str, *helpers: str, seen: bool = True) -> DockerLogins:
    """One user's file, and the programs of the host."""
    programs = frozenset(f"docker-credential-{name}" for name in helpers) if seen else None
    return DockerLogins((parse_docker_cli_config(text.encode(), SOURCE),), programs, ("/usr/bin",))


def test_a_program_that_is_there_passes(given: Given) -> None:
    told = given.passes(credential_helper_missing, logins=logins('{"credsStore": "pass"}', "pass"))

    assert told == "docker-credential-pass"


def test_a_store_that_is_missing_is_told_with_its_line(given: Given) -> None:
    fail = given.fail(credential_helper_missing, logins=logins('{\n"credsStore": "desktop"}', "pass"))

    assert "docker-credential-desktop" in fail.message
    assert [(quote.source, quote.line) for quote in fail.evidence] == [(SOURCE, 2)]


def test_a_helper_of_one_registry_is_told(given: Given) -> None:
    text = '{"credsStore": "pass", "credHelpers": {"a.example.com": "ecr-login", "b.example.com": "pass"}}'
    (fail,) = given.fails(credential_helper_missing, logins=logins(text, "pass"))

    assert "docker-credential-ecr-login" in fail.message


@pytest.mark.parametrize("text", ["{}", '{"credsStore": ""}', '{"auths": {"a": {}}, "credHelpers": {}}'])
def test_without_a_program_named_it_does_not_apply(given: Given, text: str) -> None:
    assert given.skips(credential_helper_missing, logins=logins(text))


def test_a_tree_without_programs_leaves_it_open(given: Given) -> None:
    told = logins('{"credsStore": "pass"}', seen=False)

    assert "no programs" in given.unknown(credential_helper_missing, logins=told)


def test_a_program_of_windows_may_be_elsewhere(given: Given) -> None:
    assert "Windows" in given.unknown(credential_helper_missing, logins=logins('{"credsStore": "desktop.exe"}', "pass"))
