"""What was written at a target and is not yet removed: on disk, so that a later run can clean up after a kill."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to remove."""

    kind: str
    """`upload`: a blob upload, removed by DELETE."""
    registry: str
    """The address of the registry that holds it."""
    repository: str
    path: str
    """Path and query of the request that removes it. The query holds upload state: the file is for its owner alone."""


class Ledger:
    """A JSON file, locked while it is changed, mode 0600."""

    def __init__(self, path: Path | None = None) -> None:
        """path: the file; None for the user's own, below XDG_STATE_HOME."""
        state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
        self.path = path or state / "regdoctor" / "ledger.json"

    def entries(self, registry: str) -> tuple[Entry, ...]:
        """What is still to be removed at a registry. Raises OSError where the file cannot be opened."""
        if not self.path.exists():
            return ()
        with self._locked() as entries:
            return tuple(entry for entry in entries if entry.registry == registry)

    def add(self, entry: Entry) -> None:
        """Note an entry, on disk when this returns. Raises OSError where that is not possible."""
        with self._locked() as entries:
            entries.append(entry)

    def remove(self, entry: Entry) -> None:
        """Strike an entry out; nothing happens where it is not there."""
        with self._locked() as entries:
            if entry in entries:
                entries.remove(entry)

    @contextmanager
    def _locked(self) -> Iterator[list[Entry]]:
        """The entries, under an exclusive lock; written back where they were changed."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            before = _parse(file.read())
            entries = list(before)
            yield entries
            if entries != before:
                file.seek(0)
                file.truncate()
                json.dump([asdict(entry) for entry in entries], file)
                file.flush()
                os.fsync(file.fileno())


def _parse(text: str) -> list[Entry]:
    """The entries of a file; those that a killed writer left torn are gone, which no later run could mend either."""
    try:
        rows = json.loads(text or "[]")
        return [Entry(**row) for row in rows]
    except (ValueError, TypeError):
        return []
