"""The variables of the registry's own environment by which libraries find credentials, beside those of its settings."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import psutil

from regdoctor.evidence.installation import Installation
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.envdir import parse_envdir
from regdoctor.formats.located import Place
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.host_tree import list_below, read_below

Variables = Mapping[str, tuple[str, Place]]
"""The value of each that is set, and where."""


def registry_variables(
    installation: Installation, service: ServiceEnvironment | Absent, names: Collection[str]
) -> Variables:
    """Those of `names` that the registry has: of its process where one runs here, else of what would start it.

    Raises CouldNotGatherError where its process may not be looked into, UnreadableError as `read_below` does.
    """
    if installation.process is not None:
        return _of_process(installation.process.pid, names)
    found: dict[str, tuple[str, Place]] = {}
    folder, root = installation.env_directory, installation.root
    if folder is not None:
        files = {file.name: read_below(root, file) for file in list_below(root, folder) if file.name in names}
        for name, value in parse_envdir(files).items():
            found[name] = (value, Place(str(folder / name), 1, "environment"))
    if isinstance(service, ServiceEnvironment):
        found |= {name: (value, place) for name, value, place in service.variables if name in names}
    return found


def _of_process(pid: int, names: Collection[str]) -> Variables:
    try:
        variables = psutil.Process(pid).environ()
    except psutil.NoSuchProcess:
        return {}
    except psutil.AccessDenied as error:
        raise CouldNotGatherError(f"the environment of process {pid} cannot be read: run as root") from error
    place = Place(f"environment of process {pid}", layer="environment")
    return {name: (value, place) for name, value in variables.items() if name in names}
