"""Reads Omnibus' gitlab.rb, also where a container of GitLab's image holds it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.formats.compose_file import ComposeFile
from regdoctor.formats.container_service import ContainerService, Variable
from regdoctor.formats.gitlab_rb import GitLabRb, parse_gitlab_rb
from regdoctor.formats.located import UndecidedError, UnreadableError
from regdoctor.formats.omnibus_container import (
    VARIABLE,
    config_variable,
    is_gitlab,
    mounted_config,
    parse_config_variable,
)
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.host_tree import find_files, is_there, read_below


@probe(reads="Omnibus' gitlab.rb, or GITLAB_OMNIBUS_CONFIG and the mounted gitlab.rb of a container of GitLab")
def gitlab_rb(installation: Installation, compose: ComposeFile | Absent) -> GitLabRb:
    """What gitlab.rb sets: that of the host or of the repository, else of the first container of GitLab's image.

    Raises UnreadableError where it is broken, CouldNotGatherError where only the shell knows what Compose puts in.
    """
    paths = find_files(installation, FileKind.GITLAB_RB, "etc/gitlab/gitlab.rb", "gitlab.rb")
    if paths:
        return parse_gitlab_rb(read_below(installation.root, paths[0]), str(paths[0]))
    for service in compose.services if isinstance(compose, ComposeFile) else ():
        folder = Path(service.place.source).parent
        found = _of_container(installation, service, folder) if is_gitlab(service) else None
        if found is not None:
            return found
    raise NotApplicableError("no gitlab.rb was found on this host")


def _of_container(installation: Installation, service: ContainerService, folder: Path) -> GitLabRb | None:
    """What one container is told; None where that is nothing.

    The image reads the variable first and the file after it (/opt/gitlab/etc/gitlab.rb of the image). A file that
    sets anything is taken alone, and the variable named as what may set more.
    """
    variable, mounted = config_variable(service), _mounted(installation, service, folder)
    if variable is None:
        return mounted
    if mounted is not None and mounted.tree.entries():
        problem = f"{variable.place.source}:{variable.place.line or 1}: {VARIABLE} may set more"
        return dataclasses.replace(mounted, problems=(*mounted.problems, problem))
    try:
        return parse_config_variable(variable, _file_of(installation, variable))
    except UndecidedError as error:
        raise CouldNotGatherError(str(error)) from None


def _mounted(installation: Installation, service: ContainerService, folder: Path) -> GitLabRb | None:
    """The gitlab.rb that is mounted, where it is there: the image makes one without settings where it is not."""
    source = mounted_config(service)
    if source is None:
        return None
    place = installation.locate(source) if source.startswith("/") else folder / source
    root = installation.root
    if place is None or not is_there(root or Path("/"), place.relative_to(root) if root else place):
        return None
    return parse_gitlab_rb(read_below(root, place), str(place))


def _file_of(installation: Installation, variable: Variable) -> bytes:
    """The file that sets the variable; empty where it is not to be read again."""
    try:
        return read_below(installation.root, Path(variable.place.source))
    except UnreadableError:
        return b""
