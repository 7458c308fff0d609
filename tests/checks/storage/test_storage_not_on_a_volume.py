"""A registry whose data go with its container is a finding; a named volume or a folder of the host is enough."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.storage_not_on_a_volume import storage_not_on_a_volume
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.compose_file import ComposeFile, ComposeRegistry, parse_compose_file
from regdoctor.formats.container_config import service_config
from regdoctor.formats.docker_run import parse_docker_run
from regdoctor.formats.systemd_words import split

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _project(*lines: str, image: str = "registry:2.8.3") -> ComposeFile:
    text = "\n".join(["services:", "  registry:", f"    image: {image}", *(f"    {line}" for line in lines)])
    project = parse_compose_file([(text.encode(), "/srv/compose.yml")])
    found = tuple(ComposeRegistry(one, service_config(one, None), "no file") for one in project.registry_services())
    return replace(project, registries=found)


@pytest.mark.parametrize(
    "lines",
    [
        ("restart: always",),
        ("volumes: ['data:/data']",),
        ("volumes: ['/var/lib/registry']",),
        ("tmpfs: /var/lib/registry",),
        (
            "volumes: ['data:/var/lib/registry']",
            "environment: {REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: /elsewhere}",
        ),
    ],
)
@pytest.mark.parametrize("image", ["registry:2", "registry:3", "registry"])
def test_data_in_the_container_are_a_finding(given: Given, lines: tuple[str, ...], image: str) -> None:
    fail = given.fail(storage_not_on_a_volume, compose=_project(*lines, image=image), unit=given.no_such)
    assert "registry keeps the registry's data in its container" in fail.message
    assert fail.resource == "registry"
    assert (fail.evidence[0].source, fail.evidence[0].line) == ("/srv/compose.yml", 3)


def test_the_setting_and_the_mount_are_quoted_with_their_lines(given: Given) -> None:
    lines = ("tmpfs: /data", "environment:", "  REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: /data")
    fail = given.fail(storage_not_on_a_volume, compose=_project(*lines), unit=given.no_such)
    assert [quote.line for quote in fail.evidence] == [3, 6, 4]
    assert fail.remedy[Dialect.COMPOSE].commands[1] == "volumes:\n  - ./registry-data:/data"


@pytest.mark.parametrize(
    "lines",
    [
        ("volumes: ['data:/var/lib/registry']",),
        ("volumes: ['./data:/var/lib']",),
        ("volumes: ['${DATA}:/var/lib/registry']",),
        ("volumes: [{type: bind, source: /srv/x, target: /var/lib/registry/}]",),
    ],
)
def test_a_volume_or_a_folder_is_healthy(given: Given, lines: tuple[str, ...]) -> None:
    given.passes(storage_not_on_a_volume, compose=_project(*lines), unit=given.no_such)


@pytest.mark.parametrize(
    "lines",
    [
        ("environment: {REGISTRY_PROXY_REMOTEURL: 'https://registry-1.docker.io'}",),
        ("environment: {REGISTRY_STORAGE: s3, REGISTRY_STORAGE_S3_BUCKET: b}",),
    ],
)
def test_caches_and_object_stores_need_none(given: Given, lines: tuple[str, ...]) -> None:
    given.skips(storage_not_on_a_volume, compose=_project(*lines), unit=given.no_such)


@pytest.mark.parametrize(
    "lines",
    [
        ("volumes_from: [data]",),
        ("extends: {service: base, file: other.yml}",),
        ("volumes: ['./c.yml:/etc/docker/registry/config.yml']",),
    ],
)
def test_what_is_said_elsewhere_leaves_it_open(given: Given, lines: tuple[str, ...]) -> None:
    given.unknown(storage_not_on_a_volume, compose=_project(*lines), unit=given.no_such)


def test_docker_run_is_judged_likewise(given: Given) -> None:
    container = parse_docker_run(split("--rm --name hub registry:2"), "/etc/systemd/system/hub.service")
    assert container is not None
    unit = ServiceEnvironment("hub.service", container=container, config=service_config(container, None))
    fail = given.fail(storage_not_on_a_volume, compose=given.no_such, unit=unit)
    assert fail.remedy[Dialect.PLAIN].commands[0] == "docker cp hub:/var/lib/registry /srv/registry-data"


def test_without_a_container_it_does_not_apply(given: Given) -> None:
    given.skips(storage_not_on_a_volume, compose=given.no_such, unit=given.no_such)
    given.unknown(storage_not_on_a_volume, compose=given.not_here, unit=given.no_such)
