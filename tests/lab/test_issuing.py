"""Tokens as GitLab writes them, and with the details that home-made issuers get wrong."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from regdoctor.distribution.key_ids import libtrust_key_id, rfc7638_thumbprint
from regdoctor.distribution.tokens import Access, Token, read_token
from regdoctor.lab.certificates import signing_pair
from regdoctor.lab.issuing import KEY_ID_KINDS, Issuing

ACCESS = (Access("repository", "gitlab-org/lab", ("pull",)),)


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    loaded = load_pem_private_key(signing_pair().key.encode(), password=None)
    assert isinstance(loaded, RSAPrivateKey)
    return loaded


def issued(issuing: Issuing, key: RSAPrivateKey) -> Token:
    return read_token(
        issuing.token(key, issuer="gitlab", audience="container_registry", subject="lab", access=ACCESS, now=1e9)
    )


def test_unless_changed_a_token_is_gitlabs(key: RSAPrivateKey) -> None:
    token = issued(Issuing(), key)

    assert token.kid == libtrust_key_id(key.public_key())
    assert (token.audience, token.audience_is_list) == (("container_registry",), False)


def test_each_way_to_name_a_key_gives_its_own_name(key: RSAPrivateKey) -> None:
    names = {kind: issued(Issuing(kind), key).kid for kind in KEY_ID_KINDS}

    info = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert names == {
        "libtrust": libtrust_key_id(key.public_key()),
        "rfc7638": rfc7638_thumbprint(key.public_key()),
        "hex": hashlib.sha256(info).hexdigest(),
    }


def test_an_audience_in_a_list_changes_nothing_else(key: RSAPrivateKey) -> None:
    usual, listed = issued(Issuing(), key), issued(Issuing(audience_as_list=True), key)

    assert listed.audience_is_list
    assert listed.audience == usual.audience
    assert (listed.kid, listed.issuer, listed.access, listed.expires) == (
        usual.kid,
        usual.issuer,
        usual.access,
        usual.expires,
    )
