"""The image sameersbn/gitlab: what its variables make of gitlab.yml.

Source: assets/runtime/env-defaults and assets/runtime/config/gitlabhq/gitlab.yml of sameersbn/docker-gitlab.
"""

from __future__ import annotations

from regdoctor.formats.compose_file import ComposeFile
from regdoctor.formats.container_service import ContainerService, Variable
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.image_defaults import image_name
from regdoctor.formats.located import Computed, Located, Place

_IMAGE = "sameersbn/gitlab"
_GITLAB = {"host": "GITLAB_HOST", "port": "GITLAB_PORT", "https": "GITLAB_HTTPS"}
_REGISTRY = {
    "enabled": "GITLAB_REGISTRY_ENABLED",
    "host": "GITLAB_REGISTRY_HOST",
    "port": "GITLAB_REGISTRY_PORT",
    "api_url": "GITLAB_REGISTRY_API_URL",
    "issuer": "GITLAB_REGISTRY_ISSUER",
    "key": "GITLAB_REGISTRY_KEY_PATH",
}
_SWITCHES = ("enabled", "https")
_DEFAULTS: dict[str, str | bool] = {
    "GITLAB_HOST": "localhost",
    "GITLAB_HTTPS": False,
    "GITLAB_REGISTRY_ENABLED": False,
    "GITLAB_REGISTRY_HOST": "registry.example.com",
    "GITLAB_REGISTRY_PORT": "443",
    "GITLAB_REGISTRY_API_URL": "http://localhost:5000/",
    "GITLAB_REGISTRY_ISSUER": "gitlab-issuer",
    "GITLAB_REGISTRY_KEY_PATH": "config/registry.key",
}


def gitlab_config_of(project: ComposeFile) -> GitLabConfig | None:
    """What the project's GitLab is told of itself and of the registry; None where no service runs that image.

    A value keeps the line of its variable; the image's own defaults have a place of the layer `default`. Of several
    such services the first counts. Where a file of variables was not read, what it may set is Computed.
    """
    service = next((one for one in project.services if _is_docker_gitlab(one)), None)
    if service is None:
        return None
    given = {variable.name: variable for variable in service.variables}
    gitlab = {key: _value(service, given, key, name) for key, name in _GITLAB.items()}
    registry = {key: _value(service, given, key, name) for key, name in _REGISTRY.items()}
    blocks = {
        "gitlab": Located(gitlab, service.place, "gitlab"),
        "registry": Located(registry, service.place, "registry"),
    }
    tree = Located(blocks, service.place, "")
    return GitLabConfig(tree, tree, service.place.source)


def _is_docker_gitlab(service: ContainerService) -> bool:
    if service.image is None or isinstance(service.image.value, Computed):
        return False
    repository = image_name(service.image.text() or "").repository
    return repository == _IMAGE or repository.endswith(f"/{_IMAGE}")


def _value(service: ContainerService, given: dict[str, Variable], key: str, name: str) -> Located:
    """The value of a variable; the image takes an empty one for none (`${NAME:-default}`)."""
    variable = given.get(name)
    if variable is not None and variable.value != "":
        located = variable.located()
        if key in _SWITCHES and isinstance(located.value, str):
            # The image puts the text into YAML as it is.
            return Located(located.value == "true", located.place, name)
        return located
    place = Place(service.place.source, layer="default")
    if service.elsewhere is not None:
        return Located(Computed(f"{name} of a file that was not read"), place, name)
    if name == "GITLAB_PORT":
        https = _value(service, given, "https", "GITLAB_HTTPS")
        if isinstance(https.value, Computed):
            return Located(https.value, place, name)
        return Located("443" if https.value is True else "80", place, name)
    return Located(_DEFAULTS[name], place, name)
