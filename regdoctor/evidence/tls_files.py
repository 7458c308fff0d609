"""The certificates and keys that servers of this host present, as files."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.evidence.host_file import HostFile


@dataclass(frozen=True, slots=True)
class TlsPair:
    """What one server presents."""

    server: str
    """`registry` or `nginx`."""
    certificate: HostFile | None
    key: HostFile | None


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Every pair of this host that is known, the registry's first."""

    pairs: tuple[TlsPair, ...]
    keys: tuple[HostFile, ...] = ()
    """Every private key among them and beside them, once."""
