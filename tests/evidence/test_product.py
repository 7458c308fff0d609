"""What is known of the registry software, and what may be said from it."""

from __future__ import annotations

import pytest

from regdoctor.evidence.product import Generation, Product, from_image, from_version
from regdoctor.formats.located import Computed, Located, Place

V2, V3, GITLAB = Generation


def test_what_is_not_known_may_be_anything() -> None:
    unknown = Product(None, reason="nothing tells")
    assert unknown.may_be(V2)
    assert not unknown.must_be(V2, V3)
    assert unknown.must_be(V2, V3, GITLAB)
    assert unknown.words() == "a registry of unknown make"


def test_a_part_of_a_version_decides_what_it_can() -> None:
    assert Product(V3, (3,)).at_least(3, 1) is None
    assert Product(V3, (3, 1)).at_least(3, 1) is True
    assert Product(V2, (2, 8, 3)).at_least(3) is False
    assert Product(GITLAB, (4, 29, 0)).words() == "GitLab's registry 4.29.0"
    assert Product(V3).words() == "distribution 3"


@pytest.mark.parametrize(
    ("image", "generation", "version"),
    [
        ("registry:2.8.3", V2, (2, 8, 3)),
        ("docker.io/library/registry:3", V3, (3,)),
        ("ghcr.io/distribution/distribution:3.0.0", V3, (3, 0, 0)),
        ("registry.gitlab.com/gitlab-org/build/cng/gitlab-container-registry:v4.39.0-gitlab", GITLAB, (4, 39, 0)),
        ("gitlab-container-registry:master", GITLAB, ()),
    ],
)
def test_an_image_tells(image: str, generation: Generation, version: tuple[int, ...]) -> None:
    found = from_image(Located(image, Place("docker-compose.yml", 3), "services.registry.image"))
    assert found is not None
    assert (found.generation, found.version) == (generation, version)
    assert (found.evidence[0].source, found.evidence[0].line) == ("docker-compose.yml", 3)


@pytest.mark.parametrize("image", ["registry:latest", "registry", "nginx:2.8.3", "ours/registry-ui:2", ""])
def test_an_image_that_does_not_tell_is_none(image: str) -> None:
    assert from_image(Located(image, Place("f"), "image")) is None


def test_a_computed_image_is_none() -> None:
    assert from_image(Located(Computed("${IMAGE}"), Place("f"), "image")) is None


def test_a_version_tells() -> None:
    found = from_version(Located("2.8.2+ds1-1", Place("status", 7), "Version"))
    assert found is not None
    assert (found.generation, found.version, found.evidence[0].line) == (V2, (2, 8, 2), 7)
    assert from_version(Located("1.0", Place("status"), "Version")) is None
