"""Looks for the lock files by which GitLab's registry marks where it keeps its metadata."""

from __future__ import annotations

from regdoctor.check import Dialect
from regdoctor.distribution.storage_drivers import ROOT_DIRECTORY
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.metadata_locks import MetadataLocks
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.host_tree import list_below

_FOLDER = "docker/registry/lockfiles"
"""Below the storage's root: registry/storage/paths.go of GitLab's registry."""


@probe(reads="the names of the lock files in the registry's folder on disk")
def metadata_locks(installation: Installation, config: RegistryConfig) -> MetadataLocks:
    """Which are there. Raises NotApplicableError where the registry keeps its data in no folder of this host."""
    driver = config.storage_driver()
    if driver is None or driver[0] != "filesystem":
        raise NotApplicableError(f"{config.source} keeps the registry's data in no folder")
    if installation.dialect in (Dialect.COMPOSE, Dialect.HELM):
        raise NotApplicableError("the registry's folder is inside its container")
    setting = driver[1].at("rootdirectory")
    root = (setting.text() if setting is not None else None) or ROOT_DIRECTORY
    folder = installation.locate(f"{root.rstrip('/')}/{_FOLDER}") if "\0" not in root else None
    if installation.root is None or folder is None:
        raise NotApplicableError("only single files were given, so the paths in them cannot be followed (--root DIR)")
    names = {entry.name for entry in list_below(installation.root, folder)}
    return MetadataLocks(
        installation.name(folder), str(folder), "database-in-use" in names, "filesystem-in-use" in names
    )
