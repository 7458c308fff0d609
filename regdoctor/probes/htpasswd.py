"""Reads the registry's file of users: who is in it, and how each password is hashed; the hashes are not kept."""

from __future__ import annotations

from regdoctor.check import Dialect
from regdoctor.evidence.host_file import FileState
from regdoctor.evidence.htpasswd import HtpasswdFile
from regdoctor.evidence.installation import Installation
from regdoctor.formats.htpasswd import parse_htpasswd
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.host_file import look_at

_CONTAINERS = (Dialect.COMPOSE, Dialect.HELM)
"""Where a path in the configuration is the container's, not the host's."""


@probe(reads="the file of users that auth.htpasswd.path names")
def htpasswd(installation: Installation, config: RegistryConfig) -> HtpasswdFile:
    """The users. Raises NotApplicableError where no file is named, or the path cannot be followed from here."""
    setting = config.at("auth", "htpasswd", "path")
    named = setting.text() if setting is not None else None
    if setting is None or not named:
        raise NotApplicableError(f"{config.source} names no file of users (auth.htpasswd.path)")
    if installation.dialect in _CONTAINERS:
        raise NotApplicableError(f"{setting.name} is a path inside the registry's container")
    path = installation.locate(named) if "\0" not in named else None
    if installation.root is None or path is None:
        raise NotApplicableError(f"{setting.name} names {named}, which cannot be followed from here (--root DIR)")
    name = installation.name(path)
    seen = look_at(installation.root, path, name)
    entries = parse_htpasswd(seen.data)
    state, problem = seen.state, seen.problem
    if state is FileState.READABLE and not entries:
        state, problem = FileState.EMPTY, f"{name} holds no user"
    return HtpasswdFile(setting.quote(), name, str(path), state, problem, entries)
