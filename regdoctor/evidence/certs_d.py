"""The certs.d folders of container clients: for which registries they hold certificates, and of which kind."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.formats.pem import PemContents


class Client(enum.StrEnum):
    """Whose folder it is."""

    DOCKER = "docker"
    CONTAINERD = "containerd"
    PODMAN = "podman"


@dataclass(frozen=True, slots=True)
class CertificateFile:
    """A file of a folder of certs.d."""

    name: str
    path: str
    """As the host calls it."""
    source: str
    """Where it was read from here."""
    contents: PemContents | None = None
    """What is in it; None for names that no client takes for a certificate or a key, and where it cannot be read."""
    problem: str = ""
    """One line, where it cannot be read."""

    def quote(self) -> Quote:
        """The file as evidence: never what is in it."""
        return Quote(self.source, self.holds())

    def holds(self) -> str:
        """What is in it, in words."""
        if self.contents is None:
            return self.problem or "a file of another kind"
        if self.contents.private_keys or self.contents.encrypted:
            return "a private key"
        if self.contents.certificates:
            return f"{len(self.contents.certificates)} certificate(s), {self.contents.kind}"
        return f"no certificate ({self.contents.hint or self.contents.kind})"


@dataclass(frozen=True, slots=True)
class CertsFolder:
    """One folder, which speaks for the registry that it is named after."""

    client: Client
    name: str
    path: str
    """As the host calls it."""
    source: str
    """Where it was read from here."""
    files: tuple[CertificateFile, ...] = ()

    def named(self, name: str) -> CertificateFile | None:
        """The file of that name."""
        return next((file for file in self.files if file.name == name), None)

    def quote(self) -> Quote:
        """The folder as evidence."""
        return Quote(self.source, f"{self.name}/: {', '.join(file.name for file in self.files) or 'empty'}")


@dataclass(frozen=True, slots=True)
class CertsD:
    """The folders of every client, sorted by path."""

    folders: tuple[CertsFolder, ...]
    stray: tuple[CertificateFile, ...] = ()
    """Certificates and keys that lie in certs.d itself, where no client looks."""
