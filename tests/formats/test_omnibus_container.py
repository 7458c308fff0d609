"""GitLab's image is known by its name or its variable, and its gitlab.rb by what is mounted."""

from __future__ import annotations

import pytest

from regdoctor.formats.container_service import ContainerService, Mount, Variable
from regdoctor.formats.located import Computed, Located, Place, Scalar
from regdoctor.formats.omnibus_container import config_variable, is_gitlab, mounted_config

HERE = Place("docker-compose.yml", 3)


def _service(
    image: Scalar | Computed = None, *variables: str, mount: tuple[str, str, str] | None = None
) -> ContainerService:
    mounts = () if mount is None else (Mount(*mount, Located("x", HERE, "volumes")),)
    named = Located(image, HERE, "image") if image is not None else None
    return ContainerService("gitlab", HERE, named, tuple(Variable(name, "1", HERE) for name in variables), mounts)


@pytest.mark.parametrize(
    "image",
    [
        "gitlab/gitlab-ce:latest",
        "gitlab/gitlab-ee",
        "docker.io/gitlab/gitlab-ee@sha256:0",
        Computed("gitlab/gitlab-ee:${VERSION}"),
    ],
)
def test_the_image_tells(image: Scalar | Computed) -> None:
    assert is_gitlab(_service(image))


def test_the_variable_tells_and_other_images_do_not() -> None:
    assert is_gitlab(_service("mirror.example.com/omnibus", "GITLAB_OMNIBUS_CONFIG"))
    assert not is_gitlab(_service("gitlab/gitlab-runner:latest", "X"))
    assert not is_gitlab(_service("sameersbn/gitlab:17"))
    assert not is_gitlab(_service())
    assert config_variable(_service()) is None


@pytest.mark.parametrize(
    ("mount", "path"),
    [
        (("bind", "./config/gitlab.rb", "/etc/gitlab/gitlab.rb"), "./config/gitlab.rb"),
        (("bind", "./config", "/etc/gitlab/"), "./config/gitlab.rb"),
        (("bind", "/srv/gitlab", "/etc/gitlab"), "/srv/gitlab/gitlab.rb"),
        (("config", "./omnibus.rb", "/etc/gitlab/gitlab.rb"), "./omnibus.rb"),
        (("volume", "config", "/etc/gitlab"), None),
        (("bind", "$GITLAB_HOME/config", "/etc/gitlab"), None),
        (("bind", "~/config", "/etc/gitlab"), None),
        (("bind", "./data", "/var/opt/gitlab"), None),
    ],
)
def test_where_the_file_is_mounted_from(mount: tuple[str, str, str], path: str | None) -> None:
    assert mounted_config(_service("gitlab/gitlab-ce", mount=mount)) == path
