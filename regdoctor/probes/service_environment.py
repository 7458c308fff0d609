"""Reads the systemd units that run a registry, themselves or in a container."""

from __future__ import annotations

from pathlib import Path

from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.container_service import Variable, is_registry
from regdoctor.formats.docker_run import env_files, parse_docker_run
from regdoctor.formats.located import Located, Place, UnreadableError
from regdoctor.formats.systemd_unit import SystemdUnit, parse_systemd_unit
from regdoctor.formats.systemd_words import Word
from regdoctor.formats.variable_file import FileVariable, parse_variable_file
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.container_config import container_config
from regdoctor.probes.host_tree import list_below, read_below
from regdoctor.probes.open_folders import find_in_open_folders

_FOLDERS = ("etc/systemd/system", "usr/local/lib/systemd/system", "usr/lib/systemd/system", "lib/systemd/system")
"""In the order of their weight: systemd.unit(5)."""
_NAMES = ("*registry*.service", "*distribution*.service")
_MOST = 50
"""Units that are looked at."""


@probe(reads="systemd units that run a registry, their drop-ins and files of variables")
def service_environment(installation: Installation) -> ServiceEnvironment:
    """What the first unit that runs a registry gives it.

    Raises NotApplicableError where there is none, UnreadableError where a file of it cannot be read.
    """
    places = [f"{folder}/{name}" for folder in _FOLDERS for name in _NAMES]
    places += [f"{folder}/docker.*.service" for folder in _FOLDERS] + ["*.service", "*/*.service"]
    seen: set[str] = set()
    for path in find_in_open_folders(installation, FileKind.SYSTEMD, *places)[:_MOST]:
        if path.name in seen:
            continue  # one of less weight
        seen.add(path.name)
        unit = parse_systemd_unit(_files(installation, path))
        found = _of_container(installation, unit) or _of_registry(installation, unit)
        if found is not None:
            return found
    raise NotApplicableError("no systemd unit that runs a registry was found")


def _files(installation: Installation, path: Path) -> list[tuple[bytes, str]]:
    """The unit and its drop-ins, those of less weight first where names differ; of one name the weightiest counts."""
    root = installation.root
    folders = [path.parent] if root is None or path.parent == root else [root / folder for folder in _FOLDERS]
    drop_ins: dict[str, Path] = {}
    for folder in folders:
        for entry in list_below(root, folder / f"{path.name}.d"):
            if entry.suffix == ".conf":
                drop_ins.setdefault(entry.name, entry)
    every = [path, *(drop_ins[name] for name in sorted(drop_ins))]
    return [(read_below(root, one), str(one)) for one in every]


def _of_registry(installation: Installation, unit: SystemdUnit) -> ServiceEnvironment | None:
    words = unit.registry_command()
    if words is None:
        return None
    variables = {one.name: one for one in (*unit.environment(), *_from_files(installation, unit))}
    serve = next(index for index, word in enumerate(words) if word.text == "serve")
    named = next((word for word in words[serve + 1 :] if not word.text.startswith("-")), None)
    return ServiceEnvironment(
        source=unit.source,
        variables=tuple((one.name, one.value, one.place) for one in variables.values() if isinstance(one.value, str)),
        user=_user(unit),
        config_file=Located(named.text, _place(unit, named), "ExecStart") if named is not None else None,
    )


def _from_files(installation: Installation, unit: SystemdUnit) -> list[Variable]:
    """The variables of EnvironmentFile=, which win over those of Environment= (systemd.exec(5))."""
    found: list[Variable] = []
    for path, is_required, _ in unit.environment_files():
        content = _content(installation, path, quotes=True)
        if content is None and is_required and installation.root is not None:
            raise UnreadableError(f"{unit.source}: its EnvironmentFile {path} cannot be read, so that more may be set")
        found.extend(Variable(one.name, one.value, one.place) for one in content or ())
    return found


def _of_container(installation: Installation, unit: SystemdUnit) -> ServiceEnvironment | None:
    words = unit.container_command()
    if words is None:
        return None
    source = _place(unit, words[0]).source if words else unit.source
    files = {path: _content(installation, path, quotes=False) for path in env_files(words)}
    container = parse_docker_run(words, source, files)
    if container is None or not is_registry(container):
        return None
    config, problem = container_config(installation, container, installation.root or Path("/"))
    return ServiceEnvironment(
        source=unit.source, image=container.image, user=_user(unit), container=container, config=config, problem=problem
    )


def _content(installation: Installation, path: str, *, quotes: bool) -> tuple[FileVariable, ...] | None:
    place = installation.locate(path)
    if place is None:
        return None
    try:
        return parse_variable_file(read_below(installation.root, place), str(place), quotes=quotes)
    except UnreadableError:
        return None


def _user(unit: SystemdUnit) -> Located | None:
    said = unit.last("User")
    return Located(said.value.strip(), said.place, "User") if said is not None else None


def _place(unit: SystemdUnit, word: Word) -> Place:
    """Where a word of ExecStart= stands: the file of the assignment that counts."""
    said = unit.last("ExecStart")
    return Place(said.place.source if said is not None else unit.source, word.line)
