"""Replicas that store each on its own are a finding where that is certain."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.checks.storage.replicas_on_local_disks import replicas_on_local_disks
from regdoctor.formats.compose_file import ComposeFile, ComposeRegistry, parse_compose_file
from regdoctor.formats.container_config import service_config

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _project(*lines: str) -> ComposeFile:
    text = "\n".join(["services:", "  registry:", "    image: registry:2", *(f"    {line}" for line in lines)])
    project = parse_compose_file([(text.encode(), "/srv/compose.yml")])
    found = tuple(ComposeRegistry(one, service_config(one, None), "no file") for one in project.registry_services())
    return replace(project, registries=found)


@pytest.mark.parametrize(
    "lines",
    [
        ("deploy: {replicas: 2}",),
        ("scale: 3", "volumes: ['/var/lib/registry']"),
        ("deploy: {replicas: 2}", "environment: {REGISTRY_STORAGE: inmemory}", "volumes: ['d:/var/lib/registry']"),
    ],
)
def test_replicas_that_share_nothing_are_a_finding(given: Given, lines: tuple[str, ...]) -> None:
    fail = given.fail(replicas_on_local_disks, compose=_project(*lines))
    assert "replicas of registry store each in its own container" in fail.message
    assert (fail.evidence[0].source, fail.evidence[0].line) == ("/srv/compose.yml", 4)


def test_a_volume_may_be_shared(given: Given) -> None:
    given.unknown(replicas_on_local_disks, compose=_project("scale: 2", "volumes: ['data:/var/lib/registry']"))
    given.unknown(replicas_on_local_disks, compose=_project("scale: 2", "volumes_from: [data]"))
    given.unknown(
        replicas_on_local_disks, compose=_project("scale: 2", "volumes: ['./c.yml:/etc/docker/registry/config.yml']")
    )


def test_an_object_store_is_healthy(given: Given) -> None:
    given.passes(replicas_on_local_disks, compose=_project("scale: 2", "environment: {REGISTRY_STORAGE: s3}"))


@pytest.mark.parametrize("line", ["restart: always", "deploy: {replicas: 1}", "deploy: {mode: global}"])
def test_one_alone_needs_no_sharing(given: Given, line: str) -> None:
    given.skips(replicas_on_local_disks, compose=_project(line))


def test_without_a_compose_file_it_does_not_apply(given: Given) -> None:
    given.skips(replicas_on_local_disks, compose=given.no_such)
    given.unknown(replicas_on_local_disks, compose=given.not_here)
