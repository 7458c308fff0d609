"""What one trial has written at a registry: noted in the ledger before it can be forgotten, and struck out again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from regdoctor.probes.ledger import Entry, Ledger

OWN_REPOSITORY = "regdoctor/upload-test"
"""Where nobody else writes; trials do, unless --repository names another."""


@dataclass(slots=True)
class TrialNotes:
    """The entries of one trial. All methods raise OSError where the ledger cannot be kept."""

    ledger: Ledger
    registry: str
    """The address where the trial goes on, and where it is removed, wherever a Location leads."""
    repository: str
    entries: list[Entry] = field(default_factory=list)
    """What the ledger has of this trial."""

    def note(self, kind: str, thing: str) -> Entry:
        """Note a thing by its path below the repository, such as `manifests/latest`."""
        return self._add(Entry(kind, self.registry, self.repository, f"/v2/{self.repository}/{thing}"))

    def note_start(self) -> Entry:
        """Note that an upload will be asked for now: what becomes of a run before it hears the ID, nobody else knows.

        It is struck out with the answer.
        """
        return self.note("start", f"blobs/uploads/{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")

    def note_upload(self, path: str, before: Entry | None = None) -> Entry | None:
        """Note an upload by its path and query.

        before: its entry so far. It is struck out where the new path names the same upload, and stays where that names
        another one.

        Gives what removes the upload now; `before` where the path names no upload that could be removed.
        """
        entry = Entry("upload", self.registry, self.repository, path)
        if entry.subject is None or entry == before:
            return before
        self._add(entry)
        if before is not None and before.subject == entry.subject:
            self.strike(before)
        return entry

    def strike(self, entry: Entry) -> None:
        """Strike out what is removed, or has become something else."""
        self.entries.remove(entry)
        self.ledger.remove(entry)

    def _add(self, entry: Entry) -> Entry:
        self.ledger.add(entry)
        self.entries.append(entry)
        return entry


def path_of(url: str, location: str) -> str | None:
    """Path and query that Location means in the answer of `url`; None where it is no URL."""
    if not location.isprintable() or " " in location:
        return None
    try:
        parts = urlsplit(urljoin(url, location))
    except ValueError:
        return None
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path
