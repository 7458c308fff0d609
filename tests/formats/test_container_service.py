"""One container: what covers a path, which file it reads, whether it is a registry."""

from __future__ import annotations

import pytest

from regdoctor.formats.container_service import ContainerService, Mount, Port, Variable, is_registry
from regdoctor.formats.located import Computed, Located, Place

HERE = Place("c.yml", 3)
SAID = Located("x", HERE)


def _service(image: str | Computed | None = "registry:2", *words: str, **variables: str) -> ContainerService:
    located = Located(image, HERE, "image") if image is not None else None
    given = tuple(Variable(name, value, HERE) for name, value in variables.items())
    return ContainerService("registry", HERE, located, given, words=words)


def _mounting(*targets: str) -> ContainerService:
    mounts = tuple(Mount("bind", f"/host{target}", target, SAID) for target in targets)
    return ContainerService("registry", HERE, SAID, mounts=mounts)


def test_the_nearest_mount_above_a_path_counts() -> None:
    service = _mounting("/var", "/var/lib/registry/", "/var/lib/reg")
    found = service.mount_at("/var/lib/registry/docker")
    assert found is not None
    assert found.source == "/host/var/lib/registry/"
    assert service.mount_at("/etc/x") is None
    assert _mounting("/").mount_at("/etc/x") is not None


@pytest.mark.parametrize(("kind", "lasts"), [("bind", True), ("volume", True), ("anonymous", False), ("tmpfs", False)])
def test_only_named_volumes_and_folders_outlive_the_container(kind: str, lasts: bool) -> None:
    assert Mount(kind, None, "/d", SAID).lasts is lasts


@pytest.mark.parametrize(
    ("service", "path"),
    [
        (_service("registry:2"), "/etc/docker/registry/config.yml"),
        (_service("registry:3"), "/etc/distribution/config.yml"),
        (_service("registry:2", "serve", "/own.yml"), "/own.yml"),
        (_service("registry:2", REGISTRY_CONFIGURATION_PATH="/named.yml"), "/named.yml"),
        (_service("registry"), None),
        (_service(None), None),
    ],
)
def test_the_file_that_it_reads(service: ContainerService, path: str | None) -> None:
    assert service.config_file() == path


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        (_service("registry:2"), True),
        (_service("registry:2", "serve", "/x.yml"), True),
        (_service("registry:2", "garbage-collect", "/x.yml"), False),
        (_service("nginx"), False),
        (_service("joxit/docker-registry-ui", REGISTRY_TITLE="mine"), False),
        (_service("acme/hub:1", "registry", "serve", "/x.yml", REGISTRY_LOG_LEVEL="info"), True),
        (_service(Computed("$IMAGE")), False),
        (_service(Computed("$IMAGE"), "/bin/registry", "serve", REGISTRY_LOG_LEVEL="info"), True),
        (_service(None), False),
    ],
)
def test_registries_are_recognised(service: ContainerService, expected: bool) -> None:
    assert is_registry(service) is expected


def test_published_ports_and_settings() -> None:
    ports = (Port("5000", "80", "", SAID), Port("5001", "81", "127.0.0.1", SAID))
    service = ContainerService("r", HERE, None, ports=ports, settings={"scale": Located(3, HERE, "scale")})
    assert [one.published for one in service.published("5001")] == ["81"]
    assert [one.is_loopback for one in ports] == [False, True]
    replicas = service.replicas()
    assert replicas is not None
    assert replicas.text() == "3"


def test_a_secret_variable_is_wrapped_whatever_spaces_are_around_its_name() -> None:
    for name in ("REGISTRY_HTTP_SECRET", "REGISTRY_HTTP_SECRET ", "REGISTRY_STORAGE_S3_SECRET_KEY"):
        assert "planted" not in Variable(name, "planted-value", HERE).located().quote().quote
    assert Variable("REGISTRY_LOG_LEVEL", "info", HERE).located().quote().quote == "REGISTRY_LOG_LEVEL: info"
    assert Variable("A", Computed("$B"), HERE).located().value == Computed("$B")
