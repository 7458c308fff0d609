"""A server chooses its tokens, and not what the report hides."""

from __future__ import annotations

import pytest

from regdoctor import catalogue
from regdoctor.received_secrets import may_be_secret


@pytest.mark.parametrize(
    "value",
    [
        "http://127.0.0.1",
        "https://registry.example.com/v2/",
        "registry.gitlab.example.com",
        "registry01.k8s.prod.example.com",
        "ip-10-0-3-17.eu-west-1.compute.internal",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
        "a1b2c3d4e5f6.cloudfront.net",
        "registry.example.com:5050",
        "192.168.100.200",
        "2026-01-01T10:00:00Z",
        "regdoctor",
        "container_registry",
        "sudo regdoctor check auth",
        "/etc/docker/registry/config.yml",
        "/var/opt/gitlab/registry/gitlab-registry.crt",
        "auth.token.rootcertbundle",
        "registry.authEndpoint",
        "WWW-Authenticate",
        "group/project/image",
        "omnibus-gitlab-issuer",
        "PRIVATE-TOKEN-OF-MINE",
        "Abc1Def2Ghi3",
        "",
        " " * 40,
        "\n" * 40,
    ],
)
def test_what_the_report_says_itself_is_no_secret(value: str) -> None:
    assert not may_be_secret(value)


def test_no_name_of_a_check_is_one() -> None:
    names = [check.name for check in catalogue.checks()]
    assert len(names) > 100
    assert not [name for name in names if may_be_secret(name)]


@pytest.mark.parametrize(
    "value",
    [
        "9f86d081884c7d659a2feaa0c55ad015",
        "Vr3kQmZ0b1x-8aT_uN5eYw2cLhPqGd7sJfXoBiA4tRk",
        "q8Zr/1uYx+Vt0n3LmQe7bH2kPdWcJsGfTaXiOvRy",
        "123e4567-e89b-12d3-a456-426614174000",
        "DockerToken.123e4567-e89b-12d3-a456-426614174000",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJib2IifQ.Vr3kQmZ0b1x-8aT_uN5eYw2cLhPqGd7sJfXoBiA4tRk",
        "ya29.a0AfH6SMBx1Qz",
        "c2lnbmF0dXJlLW9mLWE",
    ],
)
def test_what_token_services_give_is(value: str) -> None:
    assert may_be_secret(value)


def test_a_megabyte_is_judged_at_once() -> None:
    assert not may_be_secret("Aa" * 500_000 + "!")
    assert not may_be_secret("Aa" * 500_000)
    assert not may_be_secret("a-" * 500_000)
    assert not may_be_secret("a." * 500_000)
