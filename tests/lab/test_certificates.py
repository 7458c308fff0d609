"""The lab's certificates."""

from __future__ import annotations

import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from regdoctor.lab.certificates import Authority, Pair, Wishes, signing_pair


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


def verdict(pair: Pair, trusted: str, folder: Path) -> str:
    """What OpenSSL minds."""
    with pytest.raises(ssl.SSLCertVerificationError) as refused:
        handshake(pair, trusted, folder)
    return refused.value.verify_message


@pytest.mark.parametrize(
    ("wishes", "minds"),
    [
        (Wishes(since=timedelta(days=-9), until=timedelta(days=-1)), "certificate has expired"),
        (Wishes(since=timedelta(days=1)), "certificate is not yet valid"),
        (Wishes(names=("a.example.com", "10.0.0.1")), "certificate is not valid for 'localhost'"),
        (Wishes(for_clients=True), "unsuitable certificate purpose"),
    ],
)
def test_a_certificate_is_as_bad_as_was_wished(wishes: Wishes, minds: str, tmp_path: Path) -> None:
    authority = Authority("lab CA")

    assert minds in verdict(authority.issue(wishes), authority.certificate, tmp_path)


def test_a_certificate_may_have_no_names_and_say_where_its_issuer_is() -> None:
    pair = Authority("lab CA").issue(Wishes(names=(), issuer_url="http://pki.example.com/a.crt"))

    extensions = x509.load_pem_x509_certificate(pair.certificate.encode()).extensions
    assert not any(isinstance(one.value, x509.SubjectAlternativeName) for one in extensions)
    access = extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert [one.access_location.value for one in access] == ["http://pki.example.com/a.crt"]


def test_an_intermediate_must_be_sent_along(tmp_path: Path) -> None:
    root = Authority("lab CA")
    intermediate = Authority("intermediate", above=root)
    pair = intermediate.issue_for_localhost()

    handshake(Pair(pair.certificate + intermediate.certificate, pair.key), root.certificate, tmp_path)
    assert verdict(pair, root.certificate, tmp_path) == "unable to get local issuer certificate"


def test_an_authority_may_have_dates_of_its_own(tmp_path: Path) -> None:
    root = Authority("lab CA")
    old = Authority("old", above=root, wishes=Wishes(since=timedelta(days=-9), until=timedelta(days=-1)))
    pair = old.issue_for_localhost()

    assert "expired" in verdict(Pair(pair.certificate + old.certificate, pair.key), root.certificate, tmp_path)
