"""What the tests of the clients' side share: files as their readers give them, and checks that tell several things."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Check, Fail, Outcome
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

    def outcomes(self, item: Check, **evidence: object) -> list[Outcome]:
        """All that a check tells; each finding has been seen to be complete."""
        absent = {name: self.given.not_here for name, wanted in item.inputs.items() if wanted.optional}
        told = item.judge(**(absent | evidence))
        outcomes = [told] if isinstance(told, Outcome) else list(told)
        for outcome in outcomes:
            if isinstance(outcome, Fail):
                self.given.fail(replace(item, judge=_telling(outcome), inputs={}))
        return outcomes

    def fails(self, item: Check, **evidence: object) -> list[Fail]:
        """The findings among them."""
        return [outcome for outcome in self.outcomes(item, **evidence) if isinstance(outcome, Fail)]


def _telling(outcome: Outcome) -> Callable[[], Outcome]:
    return lambda: outcome


@pytest.fixture
def clients(given: Given) -> Clients:
    """The builders."""
    return Clients(given)
