"""The two halves of the token signer: the certificate that the registry trusts, and GitLab's private key."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.formats.pem import PemContents


class FileState(enum.Enum):
    """What is at a path."""

    READABLE = "readable"
    MISSING = "missing"
    DIRECTORY = "a directory"
    UNREADABLE = "unreadable"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class SignerFile:
    """One file that a configuration names."""

    named_by: Quote
    """The setting that names it."""
    path: str
    """As the configuration and the host call it."""
    state: FileState
    problem: str = ""
    """One line, where it is not READABLE."""
    contents: PemContents | None = None
    mode: int | None = None
    """Permission bits, as of stat(2)."""
    owner: str = ""
    """`user:group` by the host's own /etc/passwd and /etc/group, numbers where those do not say."""
    readable_by_git: bool | None = None
    """Whether the mode bits let GitLab's user read it; None where the host has no user called git."""


@dataclass(frozen=True, slots=True)
class SignerFiles:
    """The files as they are on the examined host; None where nothing names one."""

    bundle: SignerFile | None
    """auth.token.rootcertbundle of the registry."""
    key: SignerFile | None
    """registry.key of gitlab.yml."""
