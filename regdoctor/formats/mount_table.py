"""Reads what is mounted where: a process's mountinfo, and fstab."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from regdoctor.check import Quote

_MOST_LINES = 20_000
"""Lines that are read; a host of containers has some thousands."""
_ESCAPED = re.compile(r"\\([0-7]{3})")
"""A space, tab, line feed or backslash in octal: proc(5) and fstab(5)."""


@dataclass(frozen=True, slots=True)
class Mount:
    """One line: what is mounted at a folder, or shall be."""

    point: str
    """The folder, absolute, as the host or the process calls it."""
    kind: str
    """The file system's type, such as `ext4`, `nfs4` or `fuse.sshfs`."""
    options: frozenset[str]
    """Of the mount and of the file system, such as `ro` or `acdirmin=0`."""
    device: str
    quote: Quote

    @property
    def read_only(self) -> bool:
        """Whether nothing can be written there."""
        return "ro" in self.options

    @property
    def is_nfs(self) -> bool:
        """Whether it is a network file system of the NFS kind."""
        return self.kind in ("nfs", "nfs4")


def parse_mountinfo(text: str, source: str) -> tuple[Mount, ...]:
    """The lines of /proc/PID/mountinfo (proc(5)) in order; those that are none are left out."""
    found: list[Mount] = []
    for line in text.splitlines()[:_MOST_LINES]:
        before, separator, after = line.partition(" - ")
        left, right = before.split(" "), after.split(" ")
        if not separator or len(left) < 6 or len(right) < 2:
            continue
        options = frozenset((*left[5].split(","), *",".join(right[2:]).split(",")))
        # Of a bind mount the file system may be writable and the mount not, and the other way round: `ro` of either.
        point, device = _plain(left[4]), _plain(right[1])
        said = Quote(source, f"{device} at {point}, type {right[0]} ({','.join(sorted(options - {''}))})"[:300])
        found.append(Mount(point, right[0], options, device, said))
    return tuple(found)


def parse_fstab(text: str, source: str) -> tuple[Mount, ...]:
    """The lines of fstab(5) that name a folder, in order."""
    found: list[Mount] = []
    for number, line in enumerate(text.splitlines()[:_MOST_LINES], 1):
        words = line.split()
        if len(words) < 3 or words[0].startswith("#") or not words[1].startswith("/"):
            continue
        options = frozenset(words[3].split(",")) if len(words) > 3 else frozenset()
        said = Quote(source, line.strip()[:300], number)
        found.append(Mount(_plain(words[1]), words[2], options, _plain(words[0]), said))
    return tuple(found)


def mount_of(mounts: Iterable[Mount], path: str) -> Mount | None:
    """The mount that `path` lies on: the deepest above it, of several at one folder the last, which hides the rest."""
    best: Mount | None = None
    for mount in mounts:
        point = PurePosixPath(mount.point)
        if PurePosixPath(path).is_relative_to(point) and (
            best is None or len(point.parts) >= len(PurePosixPath(best.point).parts)
        ):
            best = mount
    return best


def _plain(word: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 8)), word)
