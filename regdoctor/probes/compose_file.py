"""Reads docker-compose.yml with its override, the variables that it names, and configurations that it mounts."""

from __future__ import annotations

import dataclasses
import posixpath
from collections.abc import Mapping
from pathlib import Path

from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.formats import compose_file as reader
from regdoctor.formats.compose_file import ComposeFile, ComposeRegistry
from regdoctor.formats.located import UnreadableError
from regdoctor.formats.variable_file import FileVariable, parse_variable_file
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.container_config import container_config
from regdoctor.probes.host_tree import is_there, read_below
from regdoctor.probes.open_folders import find_in_open_folders

_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
"""In the order in which Compose looks for them."""
_FOLDERS = ("", "*", "srv/*", "opt/*", "root/*", "root", "home/*", "home/*/*")
_MOST = 50
"""Files, of projects and of variables each, that are looked at."""


@probe(reads="docker-compose.yml and its override, .env, env_file and mounted configurations of registries")
def compose_file(installation: Installation) -> ComposeFile:
    """The first project that has a registry, else the first; files named by hand are laid over each other.

    Raises NotApplicableError where there is none, UnreadableError where a file is broken.
    """
    named = installation.named.get(FileKind.COMPOSE, ())
    places = [posixpath.join(folder, name) for folder in _FOLDERS for name in _NAMES]
    every = find_in_open_folders(installation, FileKind.COMPOSE, *places)[:_MOST]
    found = [named] if named else [(path,) for path in every]
    projects: list[ComposeFile] = []
    for paths in found:
        project = _project(installation, paths if named else (*paths, *_override(installation, paths[0])))
        projects.append(project)
        if project.registries:
            return project
    if not projects:
        raise NotApplicableError("no Compose file was found")
    return projects[0]


def _override(installation: Installation, path: Path) -> tuple[Path, ...]:
    """The file beside it that Compose lays over it without being asked."""
    for suffix in (".yml", ".yaml"):
        beside = path.with_name(f"{path.stem}.override{suffix}")
        if installation.root is not None and is_there(installation.root, beside.relative_to(installation.root)):
            return (beside,)
    return ()


def _project(installation: Installation, paths: tuple[Path, ...]) -> ComposeFile:
    folder = paths[0].parent
    files = [(read_below(installation.root, path), str(path)) for path in paths]
    variables = {one.name: one.value for one in _variables(installation, folder, ".env") or ()}
    tree = reader.merged(files, variables)
    content: Mapping[str, tuple[FileVariable, ...] | None] = {
        path: _variables(installation, folder, path) for path in reader.variable_files(tree)[:_MOST]
    }
    project = reader.parse_compose_file(files, variables, content)
    registries = []
    for service in project.registry_services():
        config, problem = container_config(installation, service, folder)
        registries.append(ComposeRegistry(service, config, problem))
    return dataclasses.replace(project, registries=tuple(registries))


def _variables(installation: Installation, folder: Path, path: str) -> tuple[FileVariable, ...] | None:
    """What a file of variables holds; None where it is not to be read."""
    place = installation.locate(path) if path.startswith("/") else folder / path
    if place is None:
        return None
    try:
        return parse_variable_file(read_below(installation.root, place), str(place))
    except UnreadableError:
        return None
