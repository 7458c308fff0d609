"""What the variables of sameersbn/gitlab make of gitlab.yml, each value with its line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from regdoctor.check import Fail, Outcome, Pass
from regdoctor.checks.auth.issuer_mismatch import issuer_mismatch
from regdoctor.checks.auth.realm_not_gitlab import realm_not_gitlab
from regdoctor.formats.compose_file import ComposeFile, parse_compose_file
from regdoctor.formats.container_config import service_config
from regdoctor.formats.docker_gitlab import gitlab_config_of
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import UndecidedError

PROJECT = """\
services:
  gitlab:
    image: {image}
    environment:
      - GITLAB_HTTPS=true
      - GITLAB_HOST=gitlab.example.com
      - GITLAB_REGISTRY_ENABLED=true
      - GITLAB_REGISTRY_HOST=registry.example.com
      - GITLAB_REGISTRY_API_URL=http://registry:5000
      - GITLAB_REGISTRY_ISSUER={issuer}
      - GITLAB_REGISTRY_KEY_PATH=
  registry:
    image: registry:2.8.3
    environment:
      - REGISTRY_AUTH_TOKEN_REALM={realm}
      - REGISTRY_AUTH_TOKEN_ISSUER=gitlab-issuer
      - REGISTRY_AUTH_TOKEN_SERVICE=container_registry
"""
REALM = "https://gitlab.example.com/jwt/auth"


def _project(image: str = "sameersbn/gitlab:17.6.0", issuer: str = "gitlab-issuer", realm: str = REALM) -> ComposeFile:
    text = PROJECT.format(image=image, issuer=issuer, realm=realm)
    return parse_compose_file([(text.encode(), "compose.yml")])


def _gitlab(project: ComposeFile) -> GitLabConfig:
    found = gitlab_config_of(project)
    assert found is not None
    return found


def test_values_keep_their_variable_and_line() -> None:
    gitlab = _gitlab(_project(issuer="other"))
    issuer = gitlab.registry("issuer")
    assert issuer is not None
    assert (issuer.text(), issuer.name, issuer.place.line) == ("other", "GITLAB_REGISTRY_ISSUER", 10)
    enabled = gitlab.registry("enabled")
    assert enabled is not None
    assert enabled.switch() is True


def test_what_is_not_said_is_the_images_default_and_so_is_what_is_empty() -> None:
    gitlab = _gitlab(_project())
    said = {name: gitlab.registry(name) for name in ("port", "key")} | {"gitlab port": gitlab.gitlab("port")}
    assert {name: value.text() for name, value in said.items() if value is not None} == {
        "port": "443",
        "key": "config/registry.key",
        "gitlab port": "443",
    }
    assert all(value.place.layer == "default" and value.place.line is None for value in said.values() if value)


@pytest.mark.parametrize("image", ["sameersbn/gitlab", "docker.io/sameersbn/gitlab:8.8.5", "quay.io/sameersbn/gitlab"])
def test_the_image_is_known_by_its_name(image: str) -> None:
    assert gitlab_config_of(_project(image)) is not None


@pytest.mark.parametrize("image", ["gitlab/gitlab-ce", "sameersbn/gitlab-ci-multi-runner", "${IMAGE}"])
def test_another_image_is_none_of_it(image: str) -> None:
    assert gitlab_config_of(_project(image)) is None


def test_an_unread_file_of_variables_leaves_open_what_it_may_say() -> None:
    project = _project()
    unread = replace(project.services[0], elsewhere=project.services[0].image)
    gitlab = _gitlab(replace(project, services=(unread,)))
    key = gitlab.registry("key")
    assert key is not None
    with pytest.raises(UndecidedError):
        key.text()


def test_both_sides_of_the_token_are_seen() -> None:
    broken, healthy = _project(issuer="gitlab", realm="https://other.example.com/jwt/auth"), _project()
    for project, outcome in ((broken, Fail), (healthy, Pass)):
        config = service_config(project.services[1], None)
        assert config is not None
        for item in (issuer_mismatch, realm_not_gitlab):
            given = {"gitlab": _gitlab(project), "config": config}
            said = item.judge(**{name: given[name] for name in item.inputs})
            (told,) = [said] if isinstance(said, Outcome) else list(said)
            assert isinstance(told, outcome)
            assert not isinstance(told, Fail) or {quote.line for quote in told.evidence} & {6, 10, 15, 16}
