"""Finds files in places that may well be closed to us: what lies there is passed over, not a failure."""

from __future__ import annotations

from pathlib import Path

from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.formats.located import UnreadableError
from regdoctor.probes.host_tree import find_files, list_below


def find_in_open_folders(installation: Installation, kind: FileKind, *places: str) -> tuple[Path, ...]:
    """As `find_files`, for guesses such as `home/*/compose.yaml`: folders that may not be listed hold nothing for us.

    A file that is there and may not be read is among those found: its reader says so.
    """
    if installation.named.get(kind):
        return installation.named[kind]
    found: list[Path] = []
    for place in places:
        try:
            found += find_files(installation, kind, place)
        except UnreadableError:
            continue
    return tuple(path for path in dict.fromkeys(found) if _is_listed(installation.root, path))


def _is_listed(root: Path | None, path: Path) -> bool:
    try:
        return path in list_below(root, path.parent)
    except UnreadableError:
        return False
