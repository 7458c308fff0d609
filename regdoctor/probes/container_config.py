"""Reads the configuration that is mounted into a registry's container."""

from __future__ import annotations

import posixpath
from pathlib import Path

from regdoctor.evidence.installation import Installation
from regdoctor.formats.container_config import service_config
from regdoctor.formats.container_service import ContainerService
from regdoctor.formats.located import UndecidedError, UnreadableError
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.probes.host_tree import read_below


def container_config(
    installation: Installation, service: ContainerService, folder: Path
) -> tuple[RegistryConfig | None, str]:
    """The configuration of a registry in a container, or None and why there is none.

    folder: what relative paths of mounts are read from.
    """
    try:
        config = service_config(service, _mounted(installation, service, folder))
    except (UnreadableError, UndecidedError) as error:
        return None, str(error)
    return config, "" if config is not None else "the file that the registry reads in its container is not to be had"


def _mounted(installation: Installation, service: ContainerService, folder: Path) -> tuple[bytes, str] | None:
    """Content and path of the file that is mounted where the registry reads; None where nothing is, or a volume."""
    path = service.config_file()
    mount = service.mount_at(path) if path is not None else None
    if path is None or mount is None or mount.source is None or mount.kind not in ("bind", "config"):
        return None
    below = posixpath.relpath(path, mount.target)
    source = mount.source if below == "." else posixpath.join(mount.source, below)
    place = installation.locate(source) if source.startswith("/") else folder / source
    if place is None or source.startswith("~"):
        return None
    return read_below(installation.root, place), str(place)
