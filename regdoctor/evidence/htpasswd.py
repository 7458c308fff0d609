"""The file of users that auth.htpasswd names."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.evidence.host_file import FileState
from regdoctor.formats.htpasswd import HtpasswdEntry


@dataclass(frozen=True, slots=True)
class HtpasswdFile:
    """What is at auth.htpasswd.path on the examined host."""

    named_by: Quote
    """The setting that names it."""
    path: str
    """As the configuration and the host call it."""
    source: str
    """Where it was read: `path` below the root that is examined."""
    state: FileState
    problem: str = ""
    """One line, where it is not READABLE."""
    entries: tuple[HtpasswdEntry, ...] = ()
    """The users, without their hashes."""
