"""Looks where the folders lead that GitLab and the registry name for the registry's data."""

from __future__ import annotations

import os
from pathlib import Path

from regdoctor.check import Dialect, Quote
from regdoctor.distribution.storage_drivers import ROOT_DIRECTORY
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.registry_folders import NamedFolder, RegistryFolders
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.host_tree import follow

_DEFAULT_PATH = "shared/registry"
"""registry.path of gitlab.yml, from GitLab's own folder (config/initializers/1_settings.rb)."""


@probe(reads="the folders that registry.path of gitlab.yml and the registry's filesystem driver name")
def registry_folders(installation: Installation, gitlab: GitLabConfig, config: RegistryConfig) -> RegistryFolders:
    """Both folders. Raises NotApplicableError where there are not two on one node, CouldNotGatherError where one is a
    relative path and GitLab's own folder is not known, UnreadableError where one leads into a loop of links.
    """
    driver = config.storage_driver()
    if driver is None or driver[0] != "filesystem":
        raise NotApplicableError(f"{config.source} keeps the registry's data in no folder")
    if installation.dialect in (Dialect.COMPOSE, Dialect.HELM):
        raise NotApplicableError("GitLab and the registry are in containers, and each names folders of its own")
    if installation.gitlab_root is not None and installation.gitlab_root != installation.root:
        raise NotApplicableError("GitLab and the registry are on separate nodes, and each names folders of its own")
    told, stored = gitlab.registry("path"), driver[1].at("rootdirectory")
    return RegistryFolders(
        _folder(installation, _absolute(installation, _text(told) or _DEFAULT_PATH), _named(told, gitlab)),
        _folder(installation, _text(stored) or ROOT_DIRECTORY, (stored or driver[1]).quote()),
    )


def _text(setting: Located | None) -> str | None:
    return setting.text() if setting is not None else None


def _named(setting: Located | None, gitlab: GitLabConfig) -> Quote:
    if setting is not None and setting.value is not None:
        return setting.quote()
    return Quote(gitlab.source, f"no registry.path: {_DEFAULT_PATH}")


def _absolute(installation: Installation, path: str) -> str:
    """GitLab reads a relative path from its own folder, two above config/gitlab.yml."""
    yml = installation.gitlab_yml
    if path.startswith("/"):
        return path
    if yml is None or yml.parent.name != "config" or installation.root_of(yml) is None or "<%" in path:
        raise CouldNotGatherError(f"registry.path is {path}, and the folder that it starts from is not known")
    return f"{Path(installation.name(yml)).parent.parent}/{path}"


def _folder(installation: Installation, path: str, named_by: Quote) -> NamedFolder:
    plain = os.path.normpath(path)
    there = installation.locate(plain) if "\0" not in plain else None
    if there is None:
        return NamedFolder(named_by, plain, plain)
    try:
        reached = Path(os.path.realpath(there)) if installation.root == Path("/") else follow(installation.root, there)
        found = reached.stat()
    except OSError:
        return NamedFolder(named_by, plain, installation.name(reached))
    return NamedFolder(named_by, plain, installation.name(reached), (found.st_dev, found.st_ino))
