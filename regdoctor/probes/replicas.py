"""Reads the configuration of every instance of the registry that was named."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from regdoctor.distribution.storage_drivers import ROOT_DIRECTORY
from regdoctor.distribution.whole_numbers import whole_number
from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.evidence.omnibus_nodes import OmnibusNodes
from regdoctor.evidence.product import Product
from regdoctor.evidence.replicas import Replicas
from regdoctor.formats.compose_file import ComposeFile, ComposeRegistry
from regdoctor.formats.located import Located, UndecidedError
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.probe import probe
from regdoctor.probes.registry_config import read_config


@probe(reads="the config.yml of every further node (--root) and of every further file named with --config")
def replicas(
    installation: Installation,
    config: RegistryConfig,
    product: Product,
    compose: ComposeFile | Absent,
    omnibus: OmnibusNodes | Absent,
) -> Replicas:
    """All of them; where no other was named, the examined one alone."""
    no_unit = Absent("a further node's units are not read", applicable=False)
    nodes = [node for node in installation.others if node.registry_config is not None]
    nodes += [
        dataclasses.replace(installation, registry_config=path, process=None)
        for path in installation.named.get(FileKind.REGISTRY_CONFIG, ())[1:]
    ]
    further = [read_config(node, product, no_unit) for node in nodes]
    if isinstance(omnibus, OmnibusNodes) and len(omnibus.files) > 1:
        written = {node.root for node in installation.nodes() if node.registry_config is not None}
        rendered = [made for made in omnibus.registries() if installation.root_of(Path(made.source)) not in written]
        further += [made for made in rendered if made.source != config.source]
    if isinstance(compose, ComposeFile):
        further += _sharing(config, compose)
    return Replicas((config, *further), _scaled(config, compose))


def _sharing(config: RegistryConfig, compose: ComposeFile) -> list[RegistryConfig]:
    """The other registries of the project that store where the examined one does: they are instances of it."""
    places = [(registry.config, _storage_place(registry)) for registry in compose.registries]
    ours = next((place for one, place in places if one is config), None)
    return [
        one for one, place in places if one is not None and one is not config and ours is not None and place == ours
    ]


def _storage_place(registry: ComposeRegistry) -> tuple[str | None, ...] | None:
    """Where a registry in a container stores, in words that compare; None where that is not to be told."""
    try:
        driver = registry.config.storage_driver() if registry.config is not None else None
        if driver is None:
            return None
        name, parameters = driver
        said = {key: value.text() for key in ("bucket", "container", "rootdirectory") if (value := parameters.at(key))}
        if name != "filesystem":
            bucket = said.get("bucket") or said.get("container")
            return (name, bucket, said.get("rootdirectory")) if bucket else None
        mount = registry.service.mount_at(said.get("rootdirectory") or ROOT_DIRECTORY)
    except UndecidedError:
        return None
    return (name, mount.source, mount.target) if mount is not None and mount.source and mount.lasts else None


def _scaled(config: RegistryConfig, compose: ComposeFile | Absent) -> Located | None:
    """What starts several containers with the examined configuration; None where nothing does."""
    if not isinstance(compose, ComposeFile):
        return None
    for registry in compose.registries:
        count = registry.service.replicas() if registry.config is config else None
        if count is not None and (whole_number(count.text()) or 0) > 1:
            return count
    return None
