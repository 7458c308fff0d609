"""The variables of the registry's own environment by which libraries find credentials, beside those of its settings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

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
    installation: Installation, service: ServiceEnvironment | Absent, names: Collection[str], prefix: str | None = None
) -> Variables:
    """Those of `names`, and those that begin with `prefix`, that the registry has.

    They are those of its process where one runs here, none where it has ended, else of what would start it.

    Raises CouldNotGatherError where its process may not be looked into, UnreadableError as `read_below` does.
    """

    def wanted(name: str) -> bool:
        return name in names or (prefix is not None and name.startswith(prefix))

    if installation.process is not None:
        found = _of_process(installation.process.pid)
    else:
        found = _of_folder(installation, wanted)
        if isinstance(service, ServiceEnvironment):
            found |= {name: (value, place) for name, value, place in service.variables}
    return {name: said for name, said in found.items() if wanted(name)}


def _of_folder(installation: Installation, wanted: Callable[[str], bool]) -> dict[str, tuple[str, Place]]:
    folder, root = installation.env_directory, installation.root
    if folder is None:
        return {}
    files = {file.name: read_below(root, file) for file in list_below(root, folder) if wanted(file.name)}
    values = parse_envdir(files).items()
    return {name: (value, Place(str(folder / name), 1, "environment")) for name, value in values}


def _of_process(pid: int) -> dict[str, tuple[str, Place]]:
    try:
        variables = psutil.Process(pid).environ()
    except psutil.NoSuchProcess:
        return {}
    except (psutil.Error, OSError) as error:
        raise CouldNotGatherError(f"the environment of process {pid} cannot be read: run as root") from error
    place = Place(f"environment of process {pid}", layer="environment")
    return {name: (value, place) for name, value in variables.items()}
