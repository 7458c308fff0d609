"""Reads the registry's file of users: who is in it, and how each password is hashed; the hashes are not kept."""

from __future__ import annotations

import stat

from regdoctor.check import Dialect
from regdoctor.evidence.htpasswd import HtpasswdFile
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.signer import FileState
from regdoctor.formats.htpasswd import parse_htpasswd
from regdoctor.formats.located import UnreadableError
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.host_tree import follow, read_below

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
    found = HtpasswdFile(setting.quote(), installation.name(path), str(path), FileState.READABLE)
    try:
        if stat.S_ISDIR(follow(installation.root, path).stat().st_mode):
            return _but(found, FileState.DIRECTORY)
        data = read_below(installation.root, path)
    except (FileNotFoundError, NotADirectoryError):
        return _but(found, FileState.MISSING)
    except OSError as error:
        return _but(found, FileState.UNREADABLE, f"{found.path}: {error.strerror}")
    except UnreadableError as error:
        return _but(found, FileState.UNREADABLE, str(error))
    entries = parse_htpasswd(data)
    state = FileState.READABLE if entries else FileState.EMPTY
    return HtpasswdFile(found.named_by, found.path, found.source, state, entries=entries)


def _but(found: HtpasswdFile, state: FileState, problem: str = "") -> HtpasswdFile:
    return HtpasswdFile(found.named_by, found.path, found.source, state, problem)
