"""Reads the configuration of every instance of the registry that was named."""

from __future__ import annotations

from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.evidence.replicas import Replicas
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.probe import probe
from regdoctor.probes.host_tree import read_below
from regdoctor.probes.registry_config import environment


@probe(reads="the config.yml of every further node (--root) and of every further file named with --config")
def replicas(installation: Installation, config: RegistryConfig) -> Replicas:
    """All of them; where no other was named, the examined one alone."""
    further = [
        parse_registry_config(read_below(node.root, node.registry_config), str(node.registry_config), environment(node))
        for node in installation.others
        if node.registry_config is not None
    ]
    named = installation.named.get(FileKind.REGISTRY_CONFIG, ())[1:]
    further += [parse_registry_config(read_below(installation.root_of(path), path), str(path)) for path in named]
    return Replicas((config, *further))
