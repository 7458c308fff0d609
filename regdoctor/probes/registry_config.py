"""Reads the registry's configuration with the environment of its process, or of its service, laid over it."""

from __future__ import annotations

import dataclasses
import os

import psutil

from regdoctor.distribution.settings_schema import generations_knowing
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.omnibus_nodes import OmnibusNodes
from regdoctor.evidence.product import Product
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.chart_rendering import rendered_registry_config as of_chart
from regdoctor.formats.compose_file import ComposeFile
from regdoctor.formats.envdir import parse_envdir
from regdoctor.formats.helm_values import HelmValues
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.host_tree import list_below, read_below
from regdoctor.target import Target

Variable = tuple[str, str, Place]


@probe(reads="the registry's config.yml, and the REGISTRY_* variables of its process, its service or its directory")
def registry_config(
    target: Target,
    installation: Installation,
    product: Product,
    service: ServiceEnvironment | Absent,
    omnibus: OmnibusNodes | Absent,
    values: HelmValues | Absent,
    compose: ComposeFile | Absent,
) -> RegistryConfig:
    """The effective configuration; without a config.yml the one that gitlab.rb, a chart or a container would give it.

    Raises UnreadableError where a file is broken, CouldNotGatherError where there is none because looking failed.
    """
    installation = _with_units_file(installation, service)
    if installation.registry_config is not None:
        return read_config(installation, product, service)
    for made in (
        next(iter(omnibus.registries()), None) if isinstance(omnibus, OmnibusNodes) else None,
        of_chart(values) if isinstance(values, HelmValues) else None,
        _of_container(service, compose, target.service),
    ):
        if made is not None:
            return made
    for absence in (omnibus, values, compose, service):
        if isinstance(absence, Absent) and absence.applicable:
            raise CouldNotGatherError(absence.reason)
    raise NotApplicableError("no configuration of a registry was found on this host")


def read_config(installation: Installation, product: Product, service: ServiceEnvironment | Absent) -> RegistryConfig:
    """The config.yml of a node that has one. Raises UnreadableError, CouldNotGatherError as the probe does."""
    path = installation.registry_config
    assert path is not None  # noqa: S101 - for the caller to see to
    return parse_registry_config(
        read_below(installation.root_of(path), path),
        str(path),
        _environment(installation, service),
        generation=product.generation,
        version=product.version,
    )


def _with_units_file(installation: Installation, service: ServiceEnvironment | Absent) -> Installation:
    """The installation, where nothing else is known, with the file that the registry's unit names."""
    named = service.config_file if isinstance(service, ServiceEnvironment) else None
    if installation.registry_config is not None or named is None:
        return installation
    return dataclasses.replace(installation, registry_config=installation.locate(named.text() or ""))


def _of_container(
    service: ServiceEnvironment | Absent, compose: ComposeFile | Absent, wanted: str | None
) -> RegistryConfig | None:
    """Of the first registry, or the wanted one, that a Compose file or a unit starts in a container."""
    if isinstance(compose, ComposeFile):
        for registry in compose.registries:
            if wanted not in (None, registry.service.name):
                continue
            if registry.config is None:
                raise CouldNotGatherError(registry.problem)
            return registry.config
    if isinstance(service, ServiceEnvironment) and service.container is not None:
        if service.config is None:
            raise CouldNotGatherError(service.problem)
        return service.config
    return None


def _environment(installation: Installation, service: ServiceEnvironment | Absent) -> tuple[Variable, ...]:
    """Of the running process where there is one, for it holds what counts now; else what would start it."""
    if installation.process:
        return _of_process(installation.process.pid)
    if installation.root is None:
        return _of_shell()
    found = _of_directory(installation)
    if isinstance(service, ServiceEnvironment) and _starts_with(service, installation):
        found += service.variables
    return found


def _starts_with(service: ServiceEnvironment, installation: Installation) -> bool:
    """Whether the unit itself runs a registry with this installation's file."""
    named, path = service.config_file, installation.registry_config
    return service.container is None and (named is None or path is None or named.text() == installation.name(path))


def _of_process(pid: int) -> tuple[Variable, ...]:
    try:
        variables = psutil.Process(pid).environ()
    except psutil.NoSuchProcess:
        return ()  # ended meanwhile: then the file alone is what can be known
    except psutil.AccessDenied as error:
        # Any value of the file may be another one there, so that the file alone would be a guess.
        raise CouldNotGatherError(f"the environment of process {pid} cannot be read: run as root") from error
    place = Place(f"environment of process {pid}", layer="environment")
    return tuple((name, value, place) for name, value in variables.items() if _ours(name))


def _of_directory(installation: Installation) -> tuple[Variable, ...]:
    folder = installation.env_directory
    if folder is None:
        return ()
    root = installation.root
    # One that cannot be read may change anything, so that without it the configuration is not known.
    files = {file.name: read_below(root, file) for file in list_below(root, folder) if _ours(file.name)}
    found = parse_envdir(files)
    return tuple((name, value, Place(str(folder / name), line=1, layer="environment")) for name, value in found.items())


def _of_shell() -> tuple[Variable, ...]:
    """What this shell would give to a registry that it starts with the named file.

    Only what names a section of the configuration: other tools have variables that begin so, too, such as podman's
    REGISTRY_AUTH_FILE.
    """
    place = Place("environment of this shell", layer="environment")
    return tuple(
        (name, value, place)
        for name, value in os.environ.items()
        if _ours(name) and generations_knowing((name.split("_")[1].lower(),)) and name != "REGISTRY_AUTH_FILE"
    )


def _ours(name: str) -> bool:
    return name.upper().startswith("REGISTRY_")
