"""Reading what is mounted into a registry's container."""

from __future__ import annotations

from pathlib import Path

from regdoctor.check import Dialect
from regdoctor.evidence.installation import Installation
from regdoctor.formats.container_service import ContainerService, Mount
from regdoctor.formats.located import Computed, Located, Place
from regdoctor.probes.container_config import container_config

HERE = Place("c.yml", 2)
TARGET = "/etc/docker/registry/config.yml"


def _service(image: str | Computed, *mounts: Mount) -> ContainerService:
    return ContainerService("registry", HERE, Located(image, HERE, "image"), mounts=mounts)


def _installation(root: Path | None) -> Installation:
    return Installation(root, Dialect.COMPOSE, live=False)


def test_a_named_volume_over_the_place_leaves_it_open(tmp_path: Path) -> None:
    volume = Mount("volume", "settings", "/etc/docker/registry", Located("x", HERE))
    config, problem = container_config(_installation(tmp_path), _service("registry:2", volume), tmp_path)
    assert config is None
    assert "is not to be had" in problem


def test_a_path_of_the_host_is_not_followed_without_a_root(tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text("http: {addr: ':1'}\n")
    home = Mount("bind", "~/config.yml", TARGET, Located("x", HERE))
    config, _ = container_config(_installation(tmp_path), _service("registry:2", home), tmp_path)
    assert config is None


def test_an_image_that_is_computed_is_said(tmp_path: Path) -> None:
    config, problem = container_config(_installation(tmp_path), _service(Computed("$IMAGE")), tmp_path)
    assert config is None
    assert "$IMAGE" in problem
