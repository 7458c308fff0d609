"""Official images: their names, and the configuration that each brings along."""

from __future__ import annotations

import pytest

from regdoctor.distribution.generation import Generation
from regdoctor.formats import yaml_tree
from regdoctor.formats.image_defaults import UNLIKE, config_path, default_config, image_name


@pytest.mark.parametrize(
    ("text", "repository", "tag"),
    [
        ("registry", "registry", ""),
        ("registry:2.8.3", "registry", "2.8.3"),
        ("localhost:5000/library/registry:3", "localhost:5000/library/registry", "3"),
        ("localhost:5000/registry", "localhost:5000/registry", ""),
        ("registry:2@sha256:" + "0" * 64, "registry", "2"),
    ],
)
def test_a_name_is_taken_apart(text: str, repository: str, tag: str) -> None:
    found = image_name(text)
    assert (found.repository, found.tag) == (repository, tag)


@pytest.mark.parametrize(
    "text",
    [
        *("registry", "docker.io/registry:2", "docker.io/library/registry:2", "library/registry"),
        *("ghcr.io/distribution/distribution:3.0.0", "mirror.example.com:5000/library/registry:2"),
        *("distribution/distribution:edge", "harbor.example.com/proxy/library/registry:2"),
    ],
)
def test_official_images_are_recognised(text: str) -> None:
    assert image_name(text).is_official


@pytest.mark.parametrize(
    "text", ["joxit/docker-registry-ui", "myregistry:2", "acme/registry:2", "nginx", "registry2:2"]
)
def test_others_are_not(text: str) -> None:
    assert not image_name(text).is_registry
    assert default_config(text) is None


@pytest.mark.parametrize(
    ("text", "generation", "version"),
    [
        ("registry:2", Generation.DISTRIBUTION_2, (2,)),
        ("registry:2.8.3", Generation.DISTRIBUTION_2, (2, 8, 3)),
        ("registry:3.0.0-rc.1", Generation.DISTRIBUTION_3, (3, 0, 0)),
        ("registry:latest", None, ()),
        ("registry", None, ()),
        ("registry:20240101", None, ()),
        ("r.example.com/build/gitlab-container-registry:v4.39.0-gitlab", Generation.GITLAB, (4, 39, 0)),
    ],
)
def test_the_tag_tells_the_product(text: str, generation: Generation | None, version: tuple[int, ...]) -> None:
    found = image_name(text)
    assert found.generation is generation
    assert found.version[: len(version)] == version or generation is None


def test_the_two_lines_differ_only_in_what_is_said() -> None:
    trees = [yaml_tree.parse(default_config(f"registry:{tag}") or b"", "x") for tag in ("2", "3", "latest")]
    kept = []
    for tree in trees:
        leaves = {path: value.text() for path, value in tree.walk() if value.text() is not None}
        kept.append({path: text for path, text in leaves.items() if path[:2] not in UNLIKE})
    assert kept[0] == kept[1] == kept[2]
    assert trees[0].at("http", "debug") is None
    address = trees[1].at("http", "debug", "addr")
    assert address is not None
    assert address.text() == ":5001"


def test_each_line_reads_its_own_path() -> None:
    assert config_path("registry:2.8.3") == "/etc/docker/registry/config.yml"
    assert config_path("registry:3") == "/etc/distribution/config.yml"
    assert config_path("registry:latest") is None
    assert config_path("x/gitlab-container-registry:v4") == "/etc/docker/registry/config.yml"
