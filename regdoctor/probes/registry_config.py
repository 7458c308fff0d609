"""Reads the registry's configuration with the environment of its process, or of its service, laid over it."""

from __future__ import annotations

import psutil

from regdoctor.evidence.installation import Installation
from regdoctor.formats.envdir import parse_envdir
from regdoctor.formats.located import Place, UnreadableError
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.host_tree import list_below, read_below

Variable = tuple[str, str, Place]


@probe(reads="the registry's config.yml, and the REGISTRY_* variables of its process or its environment directory")
def registry_config(installation: Installation) -> RegistryConfig:
    """The effective configuration. Raises CouldNotGatherError with the reader's one line where a file is broken."""
    path = installation.registry_config
    if path is None:
        raise NotApplicableError("no configuration of a registry was found on this host")
    try:
        data = read_below(installation.root, path)
        return parse_registry_config(data, str(path), environment(installation))
    except UnreadableError as error:
        raise CouldNotGatherError(str(error)) from error


def environment(installation: Installation) -> tuple[Variable, ...]:
    """Of the running process where there is one, for it holds what counts now; else of the service's directory."""
    if installation.process:
        pid = installation.process.pid
        try:
            variables = psutil.Process(pid).environ()
        except psutil.NoSuchProcess:
            return ()  # ended meanwhile: then the file alone is what can be known
        except psutil.AccessDenied as error:
            # Any value of the file may be another one there, so that the file alone would be a guess.
            raise CouldNotGatherError(f"the environment of process {pid} cannot be read: run as root") from error
        place = Place(f"environment of process {pid}", layer="environment")
        return tuple((name, value, place) for name, value in variables.items() if _ours(name))
    folder = installation.env_directory
    if folder is None:
        return ()
    root = installation.root
    # One that cannot be read may change anything, so that without it the configuration is not known.
    files = {file.name: read_below(root, file) for file in list_below(root, folder) if _ours(file.name)}
    found = parse_envdir(files)
    return tuple((name, value, Place(str(folder / name), line=1, layer="environment")) for name, value in found.items())


def _ours(name: str) -> bool:
    return name.upper().startswith("REGISTRY_")
