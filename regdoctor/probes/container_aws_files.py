"""Reads the AWS SDKs' shared files of a container that is only declared: what is mounted into it of this host."""

from __future__ import annotations

import dataclasses
import posixpath
from pathlib import Path

from regdoctor.evidence.aws_settings import AwsSettings, SharedFile
from regdoctor.evidence.installation import Installation
from regdoctor.formats.container_service import ContainerService
from regdoctor.formats.located import UndecidedError
from regdoctor.probes.aws_shared_files import CONFIG, CREDENTIALS, ROOTS_HOME, read_shared_file


def files_of_container(
    settings: AwsSettings, installation: Installation, container: ContainerService, home: str
) -> AwsSettings:
    """The settings with both files; those that no mount brings in, and that the image may have, have a problem.

    home: its HOME; empty where it is not set.
    """
    first, second = (
        _file(installation, container, settings.text(name), place, home) for name, place in (CREDENTIALS, CONFIG)
    )
    return dataclasses.replace(settings, credentials=first, config=second)


def _file(installation: Installation, container: ContainerService, named: str, place: str, home: str) -> SharedFile:
    path = named or posixpath.join(home or _home(container), place)
    mount = container.mount_at(path)
    if mount is None:
        if not named and _is_official(container):
            return SharedFile(path)
        return SharedFile(path, problem=f"{path} is within the container, and cannot be seen from here")
    if mount.source is None or mount.kind != "bind" or mount.source.startswith("~"):
        return SharedFile(path, problem=f"{path} is on {mount.located.name or mount.kind}, which is not followed")
    below = posixpath.relpath(path, mount.target)
    source = mount.source if below == "." else posixpath.join(mount.source, below)
    there = installation.locate(source) if source.startswith("/") else _folder(container) / source
    if there is None:
        return SharedFile(path, problem=f"{source}, which is mounted as {path}, cannot be followed from here")
    return read_shared_file(installation.root, there, str(there))


def _home(container: ContainerService) -> str:
    """The home folder: the one that an .aws folder is mounted into, else root's, as whom the official images run."""
    targets = (posixpath.normpath(mount.target).partition("/.aws") for mount in container.mounts)
    return next((before or "/" for before, found, _ in targets if found), ROOTS_HOME)


def _folder(container: ContainerService) -> Path:
    """What relative paths of mounts are read from."""
    return Path(container.place.source).parent


def _is_official(container: ContainerService) -> bool:
    """Whether the image is known to bring no .aws folder of its own."""
    try:
        name = container.image_name
    except UndecidedError:
        return False
    return name is not None and name.is_official and container.elsewhere is None
