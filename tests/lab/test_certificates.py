"""The lab's certificates."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from regdoctor.lab.certificates import Authority, Pair, signing_pair


def handshake(pair: Pair, trusted: str, folder: Path) -> None:
    """A TLS handshake for `localhost` in memory, as strict as Python 3.13's default. Raises ssl.SSLError."""
    (folder / "crt").write_text(pair.certificate)
    (folder / "key").write_text(pair.key)
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(folder / "crt", folder / "key")
    client_side = ssl.create_default_context(cadata=trusted)
    client_side.verify_flags |= ssl.VERIFY_X509_STRICT
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_side.wrap_bio(to_client, to_server, server_hostname="localhost")
    server = server_side.wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server, client):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue


def test_a_certificate_for_localhost_is_trusted_by_its_authority(tmp_path: Path) -> None:
    authority = Authority("lab CA")

    handshake(authority.issue_for_localhost(), authority.certificate, tmp_path)


def test_it_is_not_trusted_by_another(tmp_path: Path) -> None:
    pair = Authority("lab CA").issue_for_localhost()

    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(pair, Authority("lab CA").certificate, tmp_path)


def test_the_signing_pair_belongs_together_and_is_rsa() -> None:
    pair = signing_pair()

    key = load_pem_private_key(pair.key.encode(), password=None)
    assert isinstance(key, RSAPrivateKey)
    assert key.public_key() == x509.load_pem_x509_certificate(pair.certificate.encode()).public_key()
