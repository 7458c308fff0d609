"""A configuration that is mounted where the image does not look is a finding."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.registry.config_mounted_elsewhere import config_mounted_elsewhere
from regdoctor.formats.compose_file import ComposeFile, ComposeRegistry, parse_compose_file

if TYPE_CHECKING:
    from tests.checks.conftest import Given


OF_2, OF_3 = "/etc/docker/registry/config.yml", "/etc/distribution/config.yml"


def _project(image: str, *volumes: str, more: str = "restart: always") -> ComposeFile:
    lines = ["services:", "  registry:", f"    image: {image}", f"    {more}", "    volumes:"]
    text = "\n".join([*lines, *(f"      - {volume}" for volume in volumes)])
    project = parse_compose_file([(text.encode(), "/srv/compose.yml")])
    return replace(project, registries=tuple(map(ComposeRegistry, project.registry_services())))


@pytest.mark.parametrize(
    ("image", "volume", "right"),
    [
        ("registry:3", f"./config.yml:{OF_2}:ro", f"./config.yml:{OF_3}:ro"),
        ("registry:3.0.0", "./settings:/etc/docker/registry", f"./settings/config.yml:{OF_3}:ro"),
        ("registry:2.8.3", f"./config.yml:{OF_3}", f"./config.yml:{OF_2}:ro"),
        ("docker.io/library/registry:3", f"/srv/c.yml:{OF_2}", f"/srv/c.yml:{OF_3}:ro"),
    ],
)
def test_the_other_generations_place_is_a_finding(given: Given, image: str, volume: str, right: str) -> None:
    fail = given.fail(
        config_mounted_elsewhere, compose=_project(image, "data:/var/lib/registry", volume), unit=given.no_such
    )
    assert "it has no effect" in fail.message
    assert [quote.line for quote in fail.evidence] == [7, 3]
    assert fail.remedy[Dialect.COMPOSE].commands[0] == f"volumes:\n  - {right}"


@pytest.mark.parametrize(
    ("image", "volumes", "more"),
    [
        ("registry:2", (f"./c.yml:{OF_2}",), "restart: always"),
        ("registry:3", (f"./c.yml:{OF_3}",), "restart: always"),
        ("registry:3", (f"./c.yml:{OF_2}", f"./c.yml:{OF_3}"), "restart: always"),
        ("registry:3", (f"./c.yml:{OF_2}",), f"command: serve {OF_2}"),
        ("registry:3", (f"./c.yml:{OF_2}",), f"environment: {{REGISTRY_CONFIGURATION_PATH: {OF_2}}}"),
    ],
)
def test_the_place_that_is_read_passes(given: Given, image: str, volumes: tuple[str, ...], more: str) -> None:
    given.passes(config_mounted_elsewhere, compose=_project(image, *volumes, more=more), unit=given.no_such)


def test_a_tag_that_tells_no_generation_leaves_it_open(given: Given) -> None:
    given.unknown(config_mounted_elsewhere, compose=_project("registry:latest", f"./c.yml:{OF_2}"), unit=given.no_such)


@pytest.mark.parametrize("image", ["registry:3", "x/gitlab-container-registry:v4"])
def test_without_a_mounted_configuration_it_does_not_apply(given: Given, image: str) -> None:
    given.skips(config_mounted_elsewhere, compose=_project(image, "data:/var/lib/registry"), unit=given.no_such)


def test_without_a_container_it_does_not_apply(given: Given) -> None:
    given.skips(config_mounted_elsewhere, compose=given.no_such, unit=given.no_such)
    given.unknown(config_mounted_elsewhere, compose=given.no_such, unit=given.not_here)
