"""A registry in a container that looks for its store in itself, or by a name that is no service's, is a finding."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.s3_endpoint_name_unknown import s3_endpoint_name_unknown
from regdoctor.formats.compose_file import ComposeFile, ComposeRegistry, parse_compose_file
from regdoctor.formats.container_config import service_config

if TYPE_CHECKING:
    from tests.checks.conftest import Given

PROJECT = """\
services:
  minio: {{image: minio/minio}}
  registry:
    image: registry:2.8.3
    {more}
    environment:
      REGISTRY_STORAGE: s3
      REGISTRY_STORAGE_S3_BUCKET: b
      REGISTRY_STORAGE_S3_REGION: us-east-1
      REGISTRY_STORAGE_S3_REGIONENDPOINT: {endpoint}
"""


def _project(endpoint: str, more: str = "restart: always", top: str = "") -> ComposeFile:
    text = PROJECT.format(endpoint=endpoint, more=more) + top
    project = parse_compose_file([(text.encode(), "/srv/compose.yml")])
    found = [ComposeRegistry(one, service_config(one, None), "not read") for one in project.registry_services()]
    return replace(project, registries=tuple(found))


@pytest.mark.parametrize("endpoint", ["http://localhost:9000", "http://127.0.0.1:9000", "localhost:9000"])
def test_localhost_is_the_container_itself(given: Given, endpoint: str) -> None:
    fail = given.fail(s3_endpoint_name_unknown, compose=_project(endpoint), unit=given.no_such)
    assert "registry's own container" in fail.message
    assert [quote.line for quote in fail.evidence] == [10, 3]
    told = fail.remedy[Dialect.COMPOSE].commands[0]
    assert told == 'REGISTRY_STORAGE_S3_REGIONENDPOINT: "http://minio:9000"'


def test_a_service_misspelt_is_a_finding_with_the_right_name(given: Given) -> None:
    compose = _project("http://mino:9000", more="networks: [web]", top="networks: {web: {}}\n")
    fail = given.fail(s3_endpoint_name_unknown, compose=compose, unit=given.no_such)
    assert "did you mean minio" in fail.message
    assert [quote.line for quote in fail.evidence] == [10, 2]


@pytest.mark.parametrize(
    ("endpoint", "more"),
    [
        ("http://minio:9000", "restart: always"),
        ("https://s3.example.com", "restart: always"),
        ("http://10.0.0.7:9000", "restart: always"),
        ("http://localhost:9000", "network_mode: host"),
        ("http://store:9000", "links: ['minio:store']"),
    ],
)
def test_what_the_container_can_know_passes(given: Given, endpoint: str, more: str) -> None:
    given.passes(s3_endpoint_name_unknown, compose=_project(endpoint, more), unit=given.no_such)


@pytest.mark.parametrize(
    ("endpoint", "more", "top"),
    [
        ("http://ceph-gateway:9000", "restart: always", ""),
        ("http://mino:9000", "restart: always", "include: [more.yml]\n"),
        ("http://localhost:9000", "network_mode: 'service:minio'", ""),
        ("'${ENDPOINT}'", "restart: always", ""),
    ],
)
def test_what_others_may_bring_leaves_it_open(given: Given, endpoint: str, more: str, top: str) -> None:
    given.unknown(s3_endpoint_name_unknown, compose=_project(endpoint, more, top=top), unit=given.no_such)


def test_without_containers_or_s3_nothing_is_judged(given: Given) -> None:
    given.skips(s3_endpoint_name_unknown, compose=given.no_such, unit=given.no_such)
    project = parse_compose_file([(b"services: {registry: {image: 'registry:2.8.3'}}", "c.yml")])
    found = [ComposeRegistry(one, service_config(one, None)) for one in project.registry_services()]
    given.skips(s3_endpoint_name_unknown, compose=replace(project, registries=tuple(found)), unit=given.no_such)
