"""Reads how Docker's daemon is started: its process on this host, else docker.service with its drop-ins."""

from __future__ import annotations

from pathlib import Path

import psutil

from regdoctor.evidence.docker_service import DockerService, Variable
from regdoctor.evidence.installation import Installation
from regdoctor.formats.located import Place, UnreadableError
from regdoctor.formats.systemd_unit import SystemdUnit, parse_systemd_unit
from regdoctor.formats.variable_file import parse_variable_file
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.host_tree import is_there, list_below, read_below

UNIT = "docker.service"
UNIT_FOLDERS = ("etc/systemd/system", "usr/local/lib/systemd/system", "usr/lib/systemd/system", "lib/systemd/system")
"""In the order of their weight: systemd.unit(5)."""


@probe(reads="docker.service with its drop-ins and files of variables, and the process of dockerd on this host")
def docker_service(installation: Installation) -> DockerService:
    """How it is started. Raises NotApplicableError where there is neither, UnreadableError where a unit is closed."""
    if installation.root is None:
        raise NotApplicableError("only single files were given, so no unit of Docker is looked at (--root DIR)")
    running = _of_process() if installation.root == Path("/") else None
    if running is not None:
        return running
    unit = _unit(installation.root)
    if not unit.assignments:
        raise NotApplicableError(f"this host has no {UNIT}, and no drop-in for one")
    words = tuple(word.text for command in unit.commands() for word in command)
    return DockerService(tuple(_variables(installation, unit)), words)


def _variables(installation: Installation, unit: SystemdUnit) -> list[Variable]:
    """Environment=, then EnvironmentFile=, which wins (systemd.exec(5))."""
    found = [(one.name, one.value, one.place) for one in unit.environment() if isinstance(one.value, str)]
    for path, _, _ in unit.environment_files():
        place = installation.locate(path)
        if place is not None:
            found += _of_file(installation, place)
    return found


def _unit(root: Path) -> SystemdUnit:
    """The unit and its drop-ins; a drop-in without its unit is one all the same."""
    folders = [root / folder for folder in UNIT_FOLDERS]
    own = [folder / UNIT for folder in folders if is_there(root, (folder / UNIT).relative_to(root))][:1]
    drop_ins: dict[str, Path] = {}
    for folder in folders:
        for entry in list_below(root, folder / f"{UNIT}.d"):
            if entry.suffix == ".conf":
                drop_ins.setdefault(entry.name, entry)
    every = [*own, *(drop_ins[name] for name in sorted(drop_ins))]
    return parse_systemd_unit([(read_below(root, path), str(path)) for path in every])


def _of_file(installation: Installation, path: Path) -> list[Variable]:
    try:
        data = read_below(installation.root, path)
    except UnreadableError:
        return []  # systemd passes over one with a dash before it; without, the daemon does not even start
    lines = data.decode("utf-8", "replace").splitlines()
    # To systemd a line that begins with `export` sets nothing, unlike in a shell.
    return [
        (one.name, one.value, one.place)
        for one in parse_variable_file(data, str(path))
        if not lines[(one.place.line or 1) - 1].lstrip().startswith("export")
    ]


def _of_process() -> DockerService | None:
    """None where no daemon of this host's service runs here, or its environment is not ours to see."""
    for process in psutil.process_iter(["name"]):
        if process.info["name"] == "dockerd" and _is_service(process.pid):
            place = Place(f"environment of process {process.pid}", layer="environment")
            try:
                environment, command = process.environ(), process.cmdline()
            except psutil.Error:
                return None
            return DockerService(tuple((name, value, place) for name, value in environment.items()), tuple(command))
    return None


def _is_service(pid: int) -> bool:
    """Whether its control group is the unit's: a daemon in a container, or of a test, is another one."""
    try:
        groups = Path(f"/proc/{pid}/cgroup").read_text("utf-8", "replace")
    except OSError:
        return False
    return any(line.endswith(f"/{UNIT}") for line in groups.splitlines())
