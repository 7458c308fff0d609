"""The certificates and keys that servers of this host present, as files."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.evidence.signer import FileState
from regdoctor.formats.pem import PemContents


@dataclass(frozen=True, slots=True)
class TlsFile:
    """One file."""

    named_by: Quote
    """The setting that names it, or the folder's entry."""
    path: str
    """As the host calls it."""
    state: FileState
    problem: str = ""
    """One line, where it is not READABLE."""
    contents: PemContents | None = None
    mode: int | None = None
    """Permission bits, as of stat(2)."""
    owner: str = ""
    """`user:group`, as the host names them."""
    folder_there: bool = True
    """Whether its folder exists. A path without even that may be one inside a container."""
    open_to_all: bool = False
    """Whether everyone on the host may read it: its own bits, and those of every folder above it."""


@dataclass(frozen=True, slots=True)
class TlsPair:
    """What one server presents."""

    server: str
    """`registry` or `nginx`."""
    certificate: TlsFile | None
    key: TlsFile | None


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Every pair of this host that is known, the registry's first."""

    pairs: tuple[TlsPair, ...]
    keys: tuple[TlsFile, ...] = ()
    """Every private key among them and beside them, once."""
