"""The lab's one user: the files that clients and the token service read of it, and tokens in its name."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Sequence
from pathlib import Path

from regdoctor.lab.client import send
from regdoctor.lab.errors import LabError
from regdoctor.lab.material import ACTIONS, LOGIN, PROJECT, Material
from regdoctor.lab.omnibus_files import SERVICE
from regdoctor.lab.settings import Settings

PASSWORD = "password"  # noqa: S105 - a file's name
"""The file of the password, one line."""
DOCKER_CONFIG = "docker-config.json"
"""The file of the login in the form of docker's config.json."""
USERS = "users.json"
"""The file of GitLab's users."""


def write_logins(folder: Path, settings: Settings, material: Material) -> None:
    """Write the three files into `folder`, for our eyes only."""
    user = {
        "password": material.password,
        "projects": {PROJECT: ACTIONS},
        "administrator": True,
    }
    contents = {
        PASSWORD: material.password + "\n",
        USERS: json.dumps({LOGIN: user}),
        DOCKER_CONFIG: json.dumps({"auths": {settings.public_host: {"auth": _basic(material)}}}),
    }
    for name, content in contents.items():
        (folder / name).write_text(content)
        (folder / name).chmod(0o600)


def request_token(
    settings: Settings, material: Material, trust: ssl.SSLContext, repository: str, actions: Sequence[str]
) -> str:
    """An encoded token from GitLab. Raises LabError where GitLab gives none."""
    answer = send(
        "GET",
        f"{settings.gitlab_url}/jwt/auth?service={SERVICE}&scope=repository:{repository}:{','.join(actions)}",
        headers={"Authorization": f"Basic {_basic(material)}"},
        trust=trust,
    )
    if answer.status != 200:
        raise LabError(f"GitLab gives no token: HTTP {answer.status} {answer.body[:200]!r}")
    return str(json.loads(answer.body)["token"])


def _basic(material: Material) -> str:
    return base64.b64encode(f"{LOGIN}:{material.password}".encode()).decode()
