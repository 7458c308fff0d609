"""GitLab knows its registry by one name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.auth.service_mismatch import service_mismatch

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def config(service: str, realm: str = "https://gitlab.example.com/jwt/auth") -> str:
    return f"version: 0.1\nauth:\n  token:\n    realm: {realm}\n    service: {service}\n"


@pytest.mark.parametrize("service", ["registry.example.com", "Container_Registry", '"container_registry "'])
def test_another_name_is_a_finding_with_its_line(given: Given, service: str) -> None:
    fail = given.fail(service_mismatch, config=given.config(config(service)))

    assert service.strip('"') in fail.message
    assert fail.evidence[0].line == 5
    assert "service: container_registry" in fail.remedy[Dialect.PLAIN].commands[0]
    assert "REGISTRY_AUTH_TOKEN_SERVICE" in fail.remedy[Dialect.OMNIBUS].text


def test_the_right_name_passes(given: Given) -> None:
    assert given.passes(service_mismatch, config=given.config(config("container_registry")))


def test_another_token_service_may_call_it_what_it_likes(given: Given) -> None:
    given.skips(service_mismatch, config=given.config(config("x", realm="https://auth.example.com/auth")))


def test_a_registry_without_a_name_does_not_start_at_all(given: Given) -> None:
    given.skips(service_mismatch, config=given.config("auth: {token: {realm: https://g.example.com/jwt/auth}}\n"))
