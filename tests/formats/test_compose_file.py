"""docker-compose.yml: the services with all that decides how a registry among them behaves."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.compose_file import ComposeFile, merged, parse_compose_file, variable_files
from regdoctor.formats.container_service import ContainerService
from regdoctor.formats.located import Computed, UnreadableError
from regdoctor.formats.variable_file import parse_variable_file

FILE = """\
x-environment: &common
  REGISTRY_LOG_LEVEL: warn
  REGISTRY_HTTP_SECRET: planted-http-secret
services:
  registry:
    image: registry:${TAG:-2.8.3}
    environment:
      <<: *common
      REGISTRY_STORAGE_S3_CHUNKSIZE: 05242880
      REGISTRY_HTTP_RELATIVEURLS: true
      REGISTRY_FROM_SHELL:
      REGISTRY_STORAGE_S3_BUCKET: ${BUCKET}
    env_file: [common.env, {path: maybe.env, required: false}]
    ports: ["5000:5000"]
    volumes: ["data:/var/lib/registry"]
    deploy: {replicas: 2}
  clean:
    image: registry:2
    command: garbage-collect /etc/docker/registry/config.yml
  web:
    image: nginx
    network_mode: host
volumes: {data: {}}
"""
OVERRIDE = """\
services:
  registry:
    environment:
      - REGISTRY_LOG_LEVEL=debug
      - REGISTRY_STORAGE_DELETE_ENABLED = true
    ports: ["127.0.0.1:5001:5001"]
"""


def _parse(*texts: str, **variables: str) -> ComposeFile:
    files = [(text.encode(), f"/srv/{number}.yml") for number, text in enumerate(texts, 1)]
    env = {"common.env": parse_variable_file(b"REGISTRY_LOG_LEVEL=info\nREGISTRY_A=1\n", "/srv/common.env")}
    return parse_compose_file(files, variables, env)


def _registry(*texts: str, **variables: str) -> ContainerService:
    (found,) = _parse(*texts, **variables).registry_services()
    return found


def test_the_registry_is_told_from_other_services_and_from_its_garbage_collection() -> None:
    found = _parse(FILE)
    assert [service.name for service in found.services] == ["registry", "clean", "web"]
    assert [service.name for service in found.registry_services()] == ["registry"]
    assert found.services[2].host_network
    assert list(found.volumes) == ["data"]


def test_values_come_as_text_with_their_lines() -> None:
    values = {one.name: (one.value, one.place.line) for one in _registry(FILE).variables}
    assert values["REGISTRY_STORAGE_S3_CHUNKSIZE"] == ("05242880", 9)
    assert values["REGISTRY_HTTP_RELATIVEURLS"] == ("true", 10)
    assert values["REGISTRY_LOG_LEVEL"] == ("warn", 2)
    assert values["REGISTRY_A"] == ("1", 2)
    assert isinstance(values["REGISTRY_FROM_SHELL"][0], Computed)
    assert values["REGISTRY_STORAGE_S3_BUCKET"] == (Computed("${BUCKET}"), 12)


def test_the_file_of_variables_fills_in() -> None:
    image = _registry(FILE, TAG="3.0.0", BUCKET="mine").image
    assert image is not None
    assert image.text() == "registry:3.0.0"
    default = _registry(FILE).image
    assert default is not None
    assert default.text() == "registry:2.8.3"


def test_an_override_is_laid_over() -> None:
    service = _registry(FILE, OVERRIDE)
    values = {one.name: (one.value, one.place.source, one.place.line) for one in service.variables}
    assert values["REGISTRY_LOG_LEVEL"] == ("debug", "/srv/2.yml", 4)
    assert values["REGISTRY_STORAGE_DELETE_ENABLED "] == (" true", "/srv/2.yml", 5)
    assert "REGISTRY_HTTP_SECRET" in values
    assert [one.target for one in service.ports] == ["5000", "5001"]


def test_mounts_ports_and_replicas() -> None:
    service = _registry(FILE)
    assert [(one.source, one.target) for one in service.mounts] == [("data", "/var/lib/registry")]
    replicas = service.replicas()
    assert replicas is not None
    assert (replicas.text(), replicas.place.line) == ("2", 16)
    assert service.elsewhere is None


@pytest.mark.parametrize(
    "more",
    [
        "extends: {service: x, file: other.yml}",
        "volumes_from: [other]",
        "env_file: unread.env",
        "volumes: ['$VOLUME']",
    ],
)
def test_what_comes_from_elsewhere_is_told(more: str) -> None:
    (service,) = _parse(f"services:\n  registry:\n    image: registry:2\n    {more}\n").services
    assert service.elsewhere is not None
    assert service.elsewhere.place.line == 4


def test_files_of_variables_are_named_for_the_probe() -> None:
    assert variable_files(merged([(FILE.encode(), "/srv/1.yml")], {})) == ("common.env", "maybe.env")


def test_no_secret_is_kept_where_it_could_be_shown() -> None:
    service = _registry(FILE)
    assert "planted" not in str(service.settings)
    assert not any("planted" in one.located().quote().quote for one in service.variables)


def test_a_broken_file_is_one_line() -> None:
    with pytest.raises(UnreadableError, match=r"^/srv/1\.yml:2: a tab"):
        _parse("services:\n\tregistry:\n")


_MORE_KEYS = ("command", "entrypoint", "extends", "deploy", "services", "a", "b")
_YAML = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet="abc$:/{}-= .", max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [*("image", "environment", "env_file", "ports", "volumes", "tmpfs", "configs"), *_MORE_KEYS],
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["services", "configs", "volumes", "include"]), _YAML, max_size=3), _YAML)
def test_no_shape_crashes_the_reader(tree: dict[str, object], service: object) -> None:
    files = [(json.dumps(one).encode(), "/srv/c.yml") for one in (tree, {"services": {"r": service, "s": service}})]
    try:
        found = parse_compose_file(files)
    except UnreadableError:
        return
    for one in found.services:
        if one.image is None or not isinstance(one.image.value, Computed):
            one.config_file()
    found.registry_services()


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    try:
        found = parse_compose_file([(data, "/srv/c.yml")])
    except UnreadableError:
        return
    assert found.source == "/srv/c.yml"


@pytest.mark.parametrize(("image", "most", "words"), [("registry:2", 200, "registries"), ("nginx", 1000, "services")])
def test_more_services_than_a_project_has_are_refused(image: str, most: int, words: str) -> None:
    def text(count: int) -> bytes:
        return ("services:\n" + "".join(f"  s{index}: {{image: '{image}'}}\n" for index in range(count))).encode()

    assert len(parse_compose_file([(text(most), "c.yml")]).services) == most
    with pytest.raises(UnreadableError, match=rf"c\.yml: {most + 1:,} {words}; up to {most:,} are looked at"):
        parse_compose_file([(text(most + 1), "c.yml")])
