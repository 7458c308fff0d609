"""A published port behind which the registry does not listen is a finding."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.registry.published_port_wrong import published_port_wrong
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.compose_file import ComposeFile, ComposeRegistry, parse_compose_file
from regdoctor.formats.container_config import service_config
from regdoctor.formats.docker_run import parse_docker_run
from regdoctor.formats.systemd_words import Word

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _project(*lines: str, other: str = "image: nginx") -> ComposeFile:
    text = "\n".join(["services:", f"  other: {{{other}}}", "  registry:", *(f"    {line}" for line in lines)])
    project = parse_compose_file([(text.encode(), "/srv/compose.yml")])
    found = [ComposeRegistry(one, service_config(one, None), "not read") for one in project.registry_services()]
    return replace(project, registries=tuple(found))


IMAGE = "image: registry:2.8.3"


@pytest.mark.parametrize(
    ("port", "right"),
    [("5000:80", "5000:5000"), ("127.0.0.1:443:443", "127.0.0.1:443:5000"), ("80", "5000:5000")],
)
def test_a_port_where_nothing_listens_is_a_finding(given: Given, port: str, right: str) -> None:
    fail = given.fail(published_port_wrong, compose=_project(IMAGE, f'ports: ["{port}"]'), unit=given.no_such)
    assert "the registry listens on :5000" in fail.message
    assert fail.evidence[0].line == 5
    assert fail.remedy[Dialect.COMPOSE].commands[0] == f'ports:\n  - "{right}"'


def test_the_port_of_docker_run_is_judged_too(given: Given) -> None:
    words = tuple(Word(text, 3) for text in ("-p", "5000:80", "--name", "hub", "registry:2.8.3"))
    container = parse_docker_run(words, "hub.service")
    assert container is not None
    unit = ServiceEnvironment("hub.service", container=container, config=service_config(container, None))
    fail = given.fail(published_port_wrong, compose=given.no_such, unit=unit)
    assert fail.remedy[Dialect.PLAIN].commands == ("--publish 5000:5000",)


@pytest.mark.parametrize(
    "lines",
    [
        ('ports: ["5000:5000"]',),
        ('ports: ["80:5000", "5000:80"]',),
        ('ports: ["443:443"]', "environment: {REGISTRY_HTTP_ADDR: '0.0.0.0:443'}"),
        ('ports: ["5001:5001"]', "environment: {REGISTRY_HTTP_DEBUG_ADDR: ':5001'}"),
        ("ports: [{target: 5000, published: 443}]",),
    ],
)
def test_a_port_where_the_registry_listens_passes(given: Given, lines: tuple[str, ...]) -> None:
    given.passes(published_port_wrong, compose=_project(IMAGE, *lines), unit=given.no_such)


@pytest.mark.parametrize(
    ("lines", "other", "reason"),
    [
        (('ports: ["5000:80", "${PORT}"]',), "image: nginx", "not all ports"),
        (('ports: ["5000:80"]',), 'image: nginx, network_mode: "service:registry"', "other shares the network"),
        (('ports: ["5000:80"]', "environment: ['REGISTRY_HTTP_ADDR=${ADDRESS}']"), "image: nginx", "ADDRESS"),
        (('ports: ["5000:80"]', "extends: {file: b.yml, service: x}"), "image: nginx", "not all ports"),
    ],
)
def test_what_is_written_elsewhere_leaves_it_open(
    given: Given, lines: tuple[str, ...], other: str, reason: str
) -> None:
    compose = _project(IMAGE, *lines, other=other)
    assert reason in given.unknown(published_port_wrong, compose=compose, unit=given.no_such)


@pytest.mark.parametrize(
    "lines",
    [
        ("restart: always",),
        ("network_mode: host", 'ports: ["5000:80"]'),
        ("environment: {REGISTRY_HTTP_NET: unix, REGISTRY_HTTP_ADDR: /run/r.sock}", 'ports: ["5000:80"]'),
    ],
)
def test_without_a_published_port_nothing_is_judged(given: Given, lines: tuple[str, ...]) -> None:
    given.skips(published_port_wrong, compose=_project(IMAGE, *lines), unit=given.no_such)
