"""Looks at one file of the examined host: what is at its path, what it holds, and who may read it."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NamedTuple

from regdoctor.check import Quote
from regdoctor.evidence.host_file import FileState, HostFile
from regdoctor.formats.located import UnreadableError
from regdoctor.formats.pem import read_pem
from regdoctor.probes.accounts import Accounts
from regdoctor.probes.host_tree import follow, read_below


class Seen(NamedTuple):
    """What is at a path of the host."""

    state: FileState
    problem: str = ""
    """One line, where it is not READABLE."""
    data: bytes = b""
    stat: os.stat_result | None = None
    """Of a file; None where there is none, or that could not be told."""


def look_at(root: Path, path: Path, name: str) -> Seen:
    """What is at `path` on the node at `root`; a file of nothing but white space is EMPTY.

    name: what the host calls it.
    """
    try:
        found = follow(root, path).stat()
    except (FileNotFoundError, NotADirectoryError):
        return Seen(FileState.MISSING, f"{name} does not exist")
    except OSError as error:
        return Seen(FileState.UNREADABLE, f"{name}: {(error.strerror or 'cannot be read').lower()}")
    except UnreadableError as error:
        return Seen(FileState.UNREADABLE, str(error))
    if stat.S_ISDIR(found.st_mode):
        return Seen(FileState.DIRECTORY, f"{name} is a directory")
    try:
        data = read_below(root, path)
    except UnreadableError as error:
        return Seen(FileState.UNREADABLE, str(error), stat=found)
    if not data.strip():
        return Seen(FileState.EMPTY, f"{name} is empty", stat=found)
    return Seen(FileState.READABLE, data=data, stat=found)


def host_file(root: Path, path: Path, name: str, named_by: Quote, accounts: Accounts) -> HostFile:
    """The file of certificates or keys at `path`, as `look_at` finds it, and who may read it.

    accounts: of the node at `root`.
    """
    state, problem, data, found = look_at(root, path, name)
    if found is None:
        return HostFile(named_by, name, state, problem, folder_there=_is_folder(root, path.parent))
    return HostFile(
        named_by,
        name,
        state,
        problem,
        contents=read_pem(data, str(path)) if state is FileState.READABLE else None,
        mode=stat.S_IMODE(found.st_mode),
        owner=accounts.owner(found.st_uid, found.st_gid),
        readable_by_git=accounts.may_read("git", found),
        open_to_all=bool(found.st_mode & stat.S_IROTH) and _may_all_enter(root, path),
    )


def _is_folder(root: Path, path: Path) -> bool:
    try:
        return stat.S_ISDIR(follow(root, path).stat().st_mode)
    except (OSError, UnreadableError):
        return False


def _may_all_enter(root: Path, path: Path) -> bool:
    """Whether every folder of the host above the file lets everyone through."""
    above = [folder for folder in follow(root, path).parents if folder != root and folder.is_relative_to(root)]
    try:
        return all(folder.stat().st_mode & stat.S_IXOTH for folder in above)
    except OSError:
        return False
