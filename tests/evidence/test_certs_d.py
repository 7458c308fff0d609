"""Files and folders of certs.d as evidence: their names and kinds, never a key."""

from __future__ import annotations

import pytest

from regdoctor.evidence.certs_d import CertificateFile, CertsFolder, Client
from regdoctor.formats.pem import read_pem

PATH = "/etc/docker/certs.d/a/x"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no certificate (empty)"),
        (b"<html>", "no certificate (an HTML or XML page)"),
        (b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", "a private key"),
    ],
)
def test_a_file_says_what_it_holds(data: bytes, words: str) -> None:
    file = CertificateFile("x", PATH, f"/tree{PATH}", read_pem(data, PATH))
    assert file.holds() == words
    assert (file.quote().source, file.quote().quote) == (f"/tree{PATH}", words)


def test_a_folder_lists_its_files() -> None:
    file = CertificateFile("README", PATH, PATH)
    folder = CertsFolder(Client.DOCKER, "a", "/etc/docker/certs.d/a", "/etc/docker/certs.d/a", (file,))
    assert folder.quote().quote == "a/: README"
    assert CertsFolder(Client.DOCKER, "a", "/a", "/a").quote().quote == "a/: empty"
    assert file.holds() == "a file of another kind"
