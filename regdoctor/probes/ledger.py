"""What was written at a target and is not yet removed: on disk, so that a later run can clean up after a kill."""

from __future__ import annotations

import fcntl
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

from regdoctor.distribution.bounded_json import parse_json
from regdoctor.distribution.reference_grammar import is_repository
from regdoctor.probes.run_marks import drop_mark, is_over, is_own, take_mark

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_MOMENT = re.compile(r"[0-9]{4}(?:-[0-9]{2}){2}T[0-9]{2}(?::[0-9]{2}){2}Z")
_SHAPES = {
    "upload": ("blobs/uploads", re.compile(r"[A-Za-z0-9_.~=:@+-]+")),
    "manifest": ("manifests", _DIGEST),
    "tag": ("manifests", re.compile(r"regdoctor-trial-[0-9a-f]{16}")),
    "blob": ("blobs", _DIGEST),
    "start": ("blobs/uploads", _MOMENT),
}
"""By the kind of an entry: what stands between the repository and the thing in its path, and how the thing is named."""
_URL_PREFIX = re.compile(r"(?:/[A-Za-z0-9_.~-]+)*")
"""`http.prefix` (distribution-spec, end-4b)."""
_LONGEST = 4096
"""Characters of a path and its query: registries write some hundreds, and a server may write anything."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to remove."""

    kind: str
    """`upload`: a blob upload; `manifest`, `tag` and `blob`: of an image that a trial pushed. Removed by DELETE.

    `start`: an upload that was asked for, and whose ID, the registry's choice, is not known yet; named by the moment.
    `object` and `multipart`: in the registry's bucket, whose address is `registry` then; see s3_leftovers.py.
    """
    registry: str
    """The address of the registry that holds it."""
    repository: str
    path: str
    """Path and query of the request that removes it. The query holds upload state: the file is for its owner alone."""

    owner: str = field(default="", compare=False)
    """The run that noted it, by its name in run_marks.py: while it is going, it removes this itself. Earlier versions
    wrote none."""

    @property
    def subject(self) -> str | None:
        """The upload's ID or the moment of its start, the tag, or the digest that the path names.

        None where it names nothing of the entry's kind and repository, so that nothing else is hurt: the path of an
        upload comes from the server, and the file may be anyone's work.
        """
        if self.kind not in _SHAPES or not is_repository(self.repository):
            return None
        if len(self.path) > _LONGEST or not self.path.isprintable():
            return None
        folder, shape = _SHAPES[self.kind]
        place, query, _ = self.path.partition("?")
        before, found, subject = place.rpartition(f"/v2/{self.repository}/{folder}/")
        if not found or not shape.fullmatch(subject) or not _URL_PREFIX.fullmatch(before):
            return None
        # Where an upload goes on is the server's word: its query holds the upload's state. All else is our own.
        if (before or query) and self.kind != "upload":
            return None
        return None if {".", ".."} & set(place.split("/")) else subject


class Ledger:
    """A JSON file of mode 0600. It is replaced as a whole under a lock, so that no kill and no second run tears it."""

    def __init__(self, path: Path | None = None) -> None:
        """path: the file; None for the user's own, below XDG_STATE_HOME. Raises OSError where there is no home."""
        self.path = path or _state_home() / "regdoctor" / "ledger.json"

    def prepare(self) -> None:
        """See to it that an entry can be added, before anything is written that would need one. Raises OSError."""
        with self._locked() as entries:
            self._write(entries)

    def entries(self, registry: str) -> tuple[Entry, ...]:
        """What is still to be removed at a registry. Raises OSError where the file cannot be opened."""
        if not self.path.exists():
            return ()
        with self._locked() as entries:
            return tuple(entry for entry in entries if entry.registry == registry)

    def left_behind(self, registry: str) -> tuple[Entry, ...]:
        """What is still to be removed there, without what runs that are going will remove themselves.

        What this process has noted counts as left behind: it asks before it starts something. Raises OSError.
        """
        if not self.path.exists():
            return ()
        folder = self.path.parent
        with self._locked() as entries:
            there = [entry for entry in entries if entry.registry == registry]
            owners = {entry.owner for entry in there}
            over = {owner for owner in owners if is_own(folder, owner) or is_over(folder, owner)}
        return tuple(entry for entry in there if entry.owner in over)

    def add(self, entry: Entry) -> None:
        """Note an entry as this run's, on disk when this returns. Raises OSError where that is not possible."""
        with self._locked() as entries:
            self._write([*entries, replace(entry, owner=take_mark(self.path.parent))])

    def remove(self, entry: Entry) -> None:
        """Strike an entry out; nothing happens where it is not there. Raises OSError."""
        with self._locked() as entries:
            others = [other for other in entries if other != entry]
            if len(others) < len(entries):
                self._write(others)
            if not any(is_own(self.path.parent, other.owner) for other in others):
                drop_mark(self.path.parent)

    @contextmanager
    def _locked(self) -> Iterator[list[Entry]]:
        """The entries, while nobody else reads or writes them. The lock is a file of its own: the ledger's changes."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield _parse(self.path.read_bytes() if self.path.exists() else b"[]")
        finally:
            os.close(descriptor)

    def _write(self, entries: list[Entry]) -> None:
        descriptor, name = tempfile.mkstemp(prefix=".ledger-", dir=self.path.parent)  # of mode 0600
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump([asdict(entry) for entry in entries], file)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        finally:
            Path(name).unlink(missing_ok=True)


def _state_home() -> Path:
    """XDG Base Directory Specification: a relative path in the variable is to be ignored."""
    named = Path(os.environ.get("XDG_STATE_HOME", ""))
    try:
        return named if named.is_absolute() else Path.home() / ".local" / "state"
    except RuntimeError as error:
        raise OSError("no home folder is known for this user") from error


def _parse(data: bytes) -> list[Entry]:
    """The entries of a file; what is none (a file that was torn, or written by hand) is gone with the next change."""
    rows = parse_json(data)
    names = {one.name for one in fields(Entry)}
    return [
        Entry(**row)
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, dict)
        and row.keys() | {"owner"} == names
        and all(isinstance(value, str) for value in row.values())
    ]
