"""What is told of a file shows no private key."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from regdoctor.check import Quote
from regdoctor.evidence.host_file import FileState, HostFile
from regdoctor.formats.pem import read_pem


def test_its_text_holds_nothing_of_the_key() -> None:
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = HostFile(Quote("gitlab.yml", "key: /k", 3), "/k", FileState.READABLE, "", read_pem(pem, "/k"), 0o600)
    text = repr(file)
    assert "RSA 2048" in text
    assert not any(line in text for line in pem.decode().splitlines())


@pytest.mark.parametrize(
    ("data", "wanted", "words"),
    [
        (b"x", "certificate", "holds no certificate (text)"),
        (b"\x30\x82junk\xff\x00", "certificate", "holds no certificate (begins like DER, but is not a certificate"),
        (
            b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
            "private key",
            "holds no private key (line 1: the PUBLIC KEY block cannot be parsed",
        ),
    ],
)
def test_what_a_file_holds_instead_is_told(data: bytes, wanted: str, words: str) -> None:
    file = HostFile(Quote("c", "k"), "/k", FileState.READABLE, contents=read_pem(data, "/k"))
    assert file.instead_of(wanted).startswith(words)


def test_of_a_file_that_was_not_read_nothing_more_is_said() -> None:
    assert HostFile(Quote("c", "k"), "/k", FileState.MISSING).instead_of("certificate") == "holds no certificate"
