"""Tells whether a host is one of a registry's clients, by the files that it has."""

from __future__ import annotations

from pathlib import Path

from regdoctor.check import Dialect
from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.probes.docker_client import config_files
from regdoctor.probes.docker_service import UNIT, UNIT_FOLDERS
from regdoctor.probes.open_folders import find_in_open_folders

_WRITTEN_FOR_A_REGISTRY = (
    "etc/docker/certs.d/*",
    "etc/containerd/certs.d/*",
    "etc/containers/certs.d/*",
    *(f"{folder}/{UNIT}.d/*.conf" for folder in UNIT_FOLDERS),
    "etc/gitlab-runner/config.toml",
)
"""What no package brings along."""
_OF_ANY = ("etc/docker/daemon.json", "etc/containers/registries.conf", "etc/containers/registries.conf.d/*.conf")
"""What a package may have left behind, and what says nothing of a registry by being there."""


def has_client_files(root: Path, *, of_named_registry: bool) -> bool:
    """Whether the host below `root` has files of Docker, containerd, podman or GitLab Runner.

    of_named_registry: whether it was said which registry is meant. Then any such file counts; else, and never on this
    machine itself, those that somebody wrote for a registry.
    """
    if not of_named_registry and root == Path("/"):
        return False
    places = (*_WRITTEN_FOR_A_REGISTRY, *(_OF_ANY if of_named_registry else ()))
    tree = Installation(root=root, dialect=Dialect.PLAIN, live=False)
    return bool(find_in_open_folders(tree, FileKind.COMPOSE, *places) or config_files(root))
