"""The signer's evidence shows no private key."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from regdoctor.check import Quote
from regdoctor.evidence.signer import FileState, SignerFile, SignerFiles
from regdoctor.formats.pem import read_pem


def test_its_text_holds_nothing_of_the_key() -> None:
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = SignerFile(Quote("gitlab.yml", "key: /k", 3), "/k", FileState.READABLE, "", read_pem(pem, "/k"), 0o600)
    text = repr(SignerFiles(None, file))
    assert "RSA 2048" in text
    assert not any(line in text for line in pem.decode().splitlines())
