"""Where on the examined host the filesystem driver's folder is."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from regdoctor.check import Dialect, Quote
from regdoctor.distribution.storage_drivers import ROOT_DIRECTORY
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError
from regdoctor.probes.host_tree import follow


@dataclass(frozen=True, slots=True)
class StoragePlace:
    """The rootdirectory of a registry that runs on the host itself."""

    root: Path
    named_by: Quote
    path: str
    """As the configuration names it, without `.`, `..` and a slash at its end."""

    def reached(self, path: str) -> Path:
        """Where a path of the host is to be found from here, every link followed as the host would.

        Raises UnreadableError for a loop of links.
        """
        if self.root == Path("/"):
            return Path(os.path.realpath(path))
        return follow(self.root, self.root / path.lstrip("/"))

    def name(self, reached: Path) -> str:
        """A path that was reached, as the host calls it."""
        below = reached.relative_to(self.root) if reached.is_relative_to(self.root) else Path(str(reached).lstrip("/"))
        return f"/{below}" if below.parts else "/"


def storage_place(
    installation: Installation, config: RegistryConfig, service: ServiceEnvironment | Absent
) -> StoragePlace:
    """The place. Raises NotApplicableError for other storage, a container's registry, or where no tree is looked at."""
    driver = config.storage_driver()
    if driver is None or driver[0] != "filesystem":
        raise NotApplicableError(f"{config.source} keeps the registry's data in no folder")
    in_container = isinstance(service, ServiceEnvironment) and service.container is not None
    # A process of the tree itself is the host's, whatever else is installed there (running_registries.in_tree).
    if installation.process is None and (installation.dialect in (Dialect.COMPOSE, Dialect.HELM) or in_container):
        raise NotApplicableError("the registry is in a container, and names a folder of its own")
    setting = driver[1].at("rootdirectory")
    told = (setting.text() if setting is not None else None) or ROOT_DIRECTORY
    if installation.root is None or not told.startswith("/") or "\0" in told:
        raise NotApplicableError(f"{told} cannot be followed: it is relative, or no host's tree is looked at")
    path = os.path.normpath(told)
    root = installation.root
    if root != Path("/") and Path(path).is_relative_to(root):
        path = f"/{Path(path).relative_to(root)}"  # a tree that runs in its place spells the root out
    return StoragePlace(root, (setting or driver[1]).quote(), f"/{path.lstrip('/')}")
