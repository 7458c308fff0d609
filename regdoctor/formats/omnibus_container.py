"""What a container of GitLab's official image is told: gitlab.rb in a variable, or in a mounted file."""

from __future__ import annotations

import posixpath
import re

from regdoctor.formats.container_service import ContainerService, Variable
from regdoctor.formats.gitlab_rb import GitLabRb, parse_gitlab_rb
from regdoctor.formats.located import Computed, UndecidedError

VARIABLE = "GITLAB_OMNIBUS_CONFIG"
FILE = "/etc/gitlab/gitlab.rb"
_IMAGE = re.compile(r"(?:^|/)gitlab-(?:ce|ee)(?:[:@]|$)")
_BLOCK = re.compile(r"[:\-]\s+(?:[&!]\S+\s+)*\|[-+0-9]*\s*(?:#.*)?$")
"""The line with which a literal block of YAML begins; its text stands on the next ones, line by line."""


def is_gitlab(service: ContainerService) -> bool:
    """Whether a container is GitLab's Omnibus: by the image, or by the variable that only that image reads."""
    said = service.image.value if service.image is not None else None
    text = said.expression if isinstance(said, Computed) else said
    return config_variable(service) is not None or (isinstance(text, str) and _IMAGE.search(text) is not None)


def config_variable(service: ContainerService) -> Variable | None:
    """GITLAB_OMNIBUS_CONFIG, where it is set: the last counts."""
    return next((one for one in reversed(service.variables) if one.name == VARIABLE), None)


def mounted_config(service: ContainerService) -> str | None:
    """What /etc/gitlab/gitlab.rb of the container is mounted from: a path on the host, or relative to the
    project; None where it is not mounted, lies in a volume, or where the path is worked out at run time.
    """
    mount = service.mount_at(FILE)
    if mount is None or mount.kind not in ("bind", "config") or not mount.source or mount.source.startswith(("~", "$")):
        return None
    below = posixpath.relpath(FILE, posixpath.normpath(mount.target))
    return mount.source if below == "." else posixpath.join(mount.source, below)


def parse_config_variable(variable: Variable, file: bytes) -> GitLabRb:
    """The settings in GITLAB_OMNIBUS_CONFIG, with their lines in the file that sets it.

    file: the content of that file; empty where it is not to be had. Text that is not a literal block of YAML has no
    lines of its own there: it is quoted on the line of the variable where it is one line, and else the name of the
    source says that lines count from the beginning of the variable.

    Raises UnreadableError as `parse_gitlab_rb`, UndecidedError where a part of it is filled in at run time.
    """
    place = variable.place
    if isinstance(variable.value, Computed):
        where = f"{place.source}:{place.line}" if place.line else place.source
        raise UndecidedError(f"{VARIABLE} of {where} is filled in by variables that only the shell knows")
    data, line = variable.value.encode(), place.line or 1
    lines = file.splitlines()
    if line <= len(lines) and _BLOCK.search(lines[line - 1].decode("utf-8", "replace")):
        return parse_gitlab_rb(data, place.source, first_line=line + 1)
    if "\n" not in variable.value.strip():
        return parse_gitlab_rb(data, place.source, first_line=line)
    return parse_gitlab_rb(data, f"{place.source}:{line}, {VARIABLE}")
