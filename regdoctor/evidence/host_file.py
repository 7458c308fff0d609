"""A file that a configuration of the examined host names: what is there, what it holds, and who may read it."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.formats.pem import PemContents, PemKind


class FileState(enum.Enum):
    """What is at a path."""

    READABLE = "readable"
    MISSING = "missing"
    DIRECTORY = "a directory"
    UNREADABLE = "unreadable"
    EMPTY = "empty"
    NOT_COPIED = "not copied"
    """Neither it nor its folder is in a tree that is a copy: nothing can be said of the host itself."""


@dataclass(frozen=True, slots=True)
class HostFile:
    """A file of certificates or keys."""

    named_by: Quote
    """The setting that names it, or the folder's entry."""
    path: str
    """As the configuration and the host call it."""
    state: FileState
    problem: str = ""
    """One line, where it is not READABLE."""
    contents: PemContents | None = None
    """Of one that is READABLE."""
    mode: int | None = None
    """Permission bits, as of stat(2)."""
    owner: str = ""
    """`user:group` by the host's own /etc/passwd and /etc/group, numbers where those do not say."""
    readable_by_git: bool | None = None
    """Whether the mode bits let GitLab's user read it; None where the host has no user called git."""
    open_to_all: bool = False
    """Whether everyone on the host may read it: its own bits, and those of every folder above it."""
    folder_there: bool = True
    """Whether its folder exists. A path without even that may be one inside a container."""

    def instead_of(self, wanted: str) -> str:
        """What it has in the place of a usable `wanted` (`certificate`, `private key`), as words to follow its path."""
        held = self.contents
        if held is None:
            return f"holds no {wanted}"
        if held.literal_newlines:
            return "has the two characters \\n where its lines should break"
        found = {
            "an encrypted private key": held.encrypted,
            "a private key": bool(held.private_keys),
            "a certificate": bool(held.certificates),
            "a bare public key": bool(held.public_keys),
        }
        other = next((words for words, is_there in found.items() if is_there and not words.endswith(f" {wanted}")), "")
        if other:
            return f"holds {other} where the {wanted} belongs"
        kind = held.kind.value if held.kind is not PemKind.PEM else ""
        detail = next((line for line in (*held.problems, held.hint, kind) if line), "")
        return f"holds no {wanted}{f' ({detail})' if detail else ''}"
