"""Finding a Compose project, and reading what its registries read."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.formats.compose_file import ComposeFile, ComposeRegistry
from regdoctor.formats.located import UnreadableError
from regdoctor.probe import NotApplicableError
from regdoctor.probes.compose_file import compose_file

REGISTRY = "services:\n  registry:\n    image: registry:2\n"


def _write(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_yml", ".yml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _read(root: Path, *named: Path) -> ComposeFile:
    found = compose_file.gather(
        Installation(root, Dialect.COMPOSE, live=False, named={FileKind.COMPOSE: named} if named else {})
    )
    assert isinstance(found, ComposeFile)
    return found


def _registry(root: Path) -> ComposeRegistry:
    (found,) = _read(root).registries
    return found


@pytest.mark.parametrize("folder", ["", "hub/", "srv/hub/", "opt/hub/", "root/", "home/alice/hub/"])
def test_projects_are_found_in_the_usual_places(tmp_path: Path, folder: str) -> None:
    path = tmp_path / folder / "docker-compose.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(REGISTRY)
    assert _read(tmp_path).source == str(path)


def test_the_project_with_a_registry_is_taken(tmp_path: Path) -> None:
    _write(tmp_path, a__compose_yml="services: {web: {image: nginx}}\n", b__compose_yml=REGISTRY)
    assert _read(tmp_path).source == str(tmp_path / "b/compose.yml")
    (tmp_path / "b/compose.yml").unlink()
    assert _read(tmp_path).registries == ()


def test_override_env_and_env_file_are_read(tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_text(
        "services:\n  registry:\n    image: registry:${TAG}\n    env_file: more.env\n"
    )
    (tmp_path / "docker-compose.override.yml").write_text(
        "services: {registry: {environment: {REGISTRY_LOG_LEVEL: debug}}}\n"
    )
    (tmp_path / ".env").write_text("TAG=3.0.0\n")
    (tmp_path / "more.env").write_text("REGISTRY_HTTP_ADDR=:6000\n")
    registry = _registry(tmp_path)
    assert registry.config is not None
    level, address = registry.config.at("log", "level"), registry.config.http_address()
    assert level is not None
    assert (level.text(), level.place.source) == ("debug", str(tmp_path / "docker-compose.override.yml"))
    assert address is not None
    assert (address.text(), address.place.source, address.place.line) == (":6000", str(tmp_path / "more.env"), 1)
    name = registry.service.image_name
    assert name is not None
    assert name.major == 3


@pytest.mark.parametrize(
    "volume",
    [
        "./config.yml:/etc/docker/registry/config.yml",
        ".:/etc/docker/registry:ro",
        "/srv/config.yml:/etc/docker/registry/config.yml",
    ],
)
def test_a_mounted_configuration_is_read(tmp_path: Path, volume: str) -> None:
    (tmp_path / "compose.yml").write_text(f"{REGISTRY}    volumes: ['{volume}']\n")
    (tmp_path / "srv").mkdir()
    for place in ("config.yml", "srv/config.yml"):
        (tmp_path / place).write_text("version: 0.1\nhttp: {addr: ':7000'}\n")
    config = _registry(tmp_path).config
    assert config is not None
    address = config.http_address()
    assert address is not None
    assert (address.text(), address.place.line) == (":7000", 2)


def test_a_mounted_configuration_that_is_not_there_or_broken_is_said(tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(f"{REGISTRY}    volumes: ['./c.yml:/etc/docker/registry/config.yml']\n")
    registry = _registry(tmp_path)
    assert registry.config is None
    assert registry.problem.endswith("c.yml: no such file")
    (tmp_path / "c.yml").write_text("a: [")
    assert "c.yml:1: " in _registry(tmp_path).problem


def test_a_link_that_leads_out_of_the_tree_stays_in_it(tmp_path: Path) -> None:
    root = tmp_path / "tree"
    root.mkdir()
    (tmp_path / "outside.yml").write_text("http: {addr: ':1'}\n")
    (root / "config.yml").symlink_to("../outside.yml")
    (root / "compose.yml").write_text(f"{REGISTRY}    volumes: ['./config.yml:/etc/docker/registry/config.yml']\n")
    assert _registry(root).config is None


def test_named_files_are_laid_over_each_other(tmp_path: Path) -> None:
    _write(tmp_path, one_yml=REGISTRY, two_yml="services: {registry: {image: 'registry:3'}}\n")
    (found,) = _read(tmp_path, tmp_path / "one.yml", tmp_path / "two.yml").registries
    assert found.service.image is not None
    assert found.service.image.text() == "registry:3"


def test_a_broken_file_is_one_line_and_none_does_not_apply(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError, match="no Compose file"):
        _read(tmp_path)
    (tmp_path / "compose.yml").write_text("services:\n\tx: 1\n")
    with pytest.raises(UnreadableError, match=r"compose\.yml:2: a tab"):
        _read(tmp_path)
