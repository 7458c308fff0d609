"""What the tests of the clients' side share: files as their readers give them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest

from regdoctor.evidence.certs_d import CertificateFile, CertsD, CertsFolder, Client
from regdoctor.formats.docker_daemon import DockerDaemons, parse_docker_daemon
from regdoctor.formats.pem import read_pem

if TYPE_CHECKING:
    from tests.checks.conftest import Given

DAEMON = "/etc/docker/daemon.json"


class Clients:
    """Evidence of clients, made from the few words that a test cares for."""

    def __init__(self, given: Given) -> None:
        self.given = given

    def daemon(self, text: str) -> DockerDaemons:
        """Docker's daemon.json."""
        return DockerDaemons((parse_docker_daemon(text.encode(), DAEMON),))

    def folder(self, name: str, client: Client = Client.DOCKER, **files: bytes) -> CertsFolder:
        """A folder of certs.d; a file's name has `_` for its dot."""
        top = {Client.DOCKER: "docker", Client.CONTAINERD: "containerd", Client.PODMAN: "containers"}[client]
        path = f"/etc/{top}/certs.d/{name}"
        return CertsFolder(client, name, path, path, tuple(self.file(path, one, data) for one, data in files.items()))

    def file(self, folder: str, name: str, data: bytes) -> CertificateFile:
        """A file of certs.d."""
        real = name.replace("_", ".")
        path = f"{folder}/{real}"
        contents = None if real == "hosts.toml" else read_pem(data, path)
        return CertificateFile(real, path, path, contents)

    def certs(self, *folders: CertsFolder, stray: Iterable[CertificateFile] = ()) -> CertsD:
        """All of certs.d."""
        return CertsD(folders, tuple(stray))


@pytest.fixture
def clients(given: Given) -> Clients:
    """The builders."""
    return Clients(given)
