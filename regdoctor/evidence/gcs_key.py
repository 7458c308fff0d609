"""Whose key the registry's GCS driver works with, and what is wrong with it."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from regdoctor.check import Quote
from regdoctor.evidence.host_file import FileState
from regdoctor.formats.google_key import GoogleKey


class KeySource(enum.StrEnum):
    """Where the driver takes its identity from, in its own order (FromParameters in gcs.go); the value names it."""

    KEYFILE = "storage.gcs.keyfile"
    CREDENTIALS = "storage.gcs.credentials"
    VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS"
    WELL_KNOWN = "the credentials that gcloud keeps for its user"
    MACHINE = "the machine's own service account"
    """Of the metadata server."""

    @property
    def is_setting(self) -> bool:
        """Whether it is a setting of the registry's, which takes keys of service accounts only."""
        return self in (KeySource.KEYFILE, KeySource.CREDENTIALS)


@dataclass(frozen=True, slots=True)
class GcsKey:
    """The identity, as far as files and variables tell."""

    source: KeySource
    named_by: Quote
    """The setting or variable that names it; of MACHINE, the section that names none."""
    path: str = ""
    """As the host calls the file; empty for CREDENTIALS and MACHINE."""
    state: FileState = FileState.READABLE
    problem: str = ""
    """One line, where it is not READABLE."""
    key: GoogleKey = field(default_factory=GoogleKey)
    """Of one that is READABLE."""
    metadata_host: str = ""
    """GCE_METADATA_HOST of the registry's environment; empty for the usual one."""
    emulator: str = ""
    """STORAGE_EMULATOR_HOST of the registry's environment: where Google's library goes instead; empty for Google."""

    @property
    def what(self) -> str:
        """The file or the setting, for people."""
        return self.path or self.source.value

    @property
    def unusable(self) -> str:
        """Why the registry gets no token with it; empty where nothing in it tells so."""
        if self.state is not FileState.READABLE:
            return self.problem
        fault = self.key.fault
        if fault is None or (not self.source.is_setting and self.key.kind):
            return ""
        return f"{self.what} {fault.value}"
