"""Reads the files of the examined host: symbolic links and `..` in its tree lead where they lead on that host."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.formats.located import UnreadableError
from regdoctor.probes.files import read_file

Parsed = TypeVar("Parsed")

_MOST_LINKS = 40
"""Links followed for one path: MAXSYMLINKS of Linux, path_resolution(7)."""


def follow(root: Path | None, path: Path) -> Path:
    """Where `path`, which lies below `root`, is to be read on this machine, as the host itself would resolve it.

    An absolute link in a mounted or copied tree means the host's path, and `..` does not lead out of the root
    (chroot(2)). What is not below `root`, and everything where `root` is `/` or None, is left to the kernel.

    Raises UnreadableError, one line that names the path, for a loop of links.
    """
    if root is None or root == Path("/") or not path.is_relative_to(root):
        return path
    waiting = list(reversed(path.relative_to(root).parts))
    here: list[str] = []
    links = 0
    while waiting:
        part = waiting.pop()
        if part == "..":
            here[-1:] = []
            continue
        target = _link(root.joinpath(*here, part))
        if target is None:
            here.append(part)
            continue
        links += 1
        if links > _MOST_LINKS:
            raise UnreadableError(f"{path}: a loop of symbolic links")
        if target.is_absolute():
            here = []
            # A tree that was made in its place (a chroot's, a test's) may hold links that spell the root out.
            target = target.relative_to(root if target.is_relative_to(root) else target.anchor)
        waiting.extend(reversed(target.parts))
    return root.joinpath(*here)


def read_below(root: Path | None, path: Path, cap: int = 2 * 1024 * 1024) -> bytes:
    """The content of a file of the host, of at most `cap` bytes. Raises UnreadableError as `read_file` does."""
    there = follow(root, path)
    try:
        return read_file(there, cap)
    except UnreadableError as error:
        raise UnreadableError(str(error) if there == path else f"{path}: leads to {error}") from None


def list_below(root: Path | None, folder: Path) -> tuple[Path, ...]:
    """The entries of a folder of the host, sorted by name; none where there is no such folder.

    Raises UnreadableError, one line that names the folder, where it may not be listed.
    """
    try:
        return tuple(folder / entry.name for entry in sorted(follow(root, folder).iterdir()))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        raise UnreadableError(f"{folder}: {(error.strerror or 'cannot be listed').lower()}") from None


def _link(path: Path) -> Path | None:
    """What a symbolic link says; None for all else, whose reader will say what is wrong with it."""
    try:
        return path.readlink()
    except (OSError, ValueError):
        return None


def find_files(installation: Installation, kind: FileKind, *places: str) -> tuple[Path, ...]:
    """The files of one kind: those named by hand where there are any, else those below the root, sorted by place.

    places: relative to the root; each part may be a pattern of fnmatch(3), such as `etc/cron.d/*`.

    Raises UnreadableError where a folder on the way may not be listed.
    """
    named = installation.named.get(kind, ())
    if named or installation.root is None:
        return named
    found = (path for place in places for path in _matching(installation.root, Path(), Path(place).parts))
    return tuple(dict.fromkeys(found))


def read_files(
    installation: Installation, kind: FileKind, parse: Callable[[bytes, str], Parsed], *places: str
) -> tuple[Parsed, ...]:
    """What `parse` makes of each file that `find_files` finds, given its content and its path.

    Raises UnreadableError, one line that names the file, where one cannot be read or is broken.
    """
    paths = find_files(installation, kind, *places)
    return tuple(parse(read_below(installation.root, path), str(path)) for path in paths)


def _matching(root: Path, folder: Path, parts: tuple[str, ...]) -> Iterator[Path]:
    """The files below `folder` of `root` whose path has the given parts."""
    if not parts:
        yield root / folder
        return
    part, rest = parts[0], parts[1:]
    if not any(char in part for char in "*?["):
        if is_there(root, folder / part):
            yield from _matching(root, folder / part, rest)
        return
    for entry in list_below(root, root / folder):
        if fnmatch.fnmatchcase(entry.name, part) and not entry.name.startswith("."):
            yield from _matching(root, folder / entry.name, rest)


def is_there(root: Path, place: Path | str) -> bool:
    """Whether the host has something at a place relative to its root: a link to nothing and what is not ours to
    enter count, for the one who reads it says what is wrong.
    """
    path = root / place
    try:
        (follow(root, path.parent) / path.name).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, UnreadableError):
        return True
    return True
