"""The keys of bundles and of key sets, and which of them a kid names."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from regdoctor.distribution.key_ids import libtrust_key_id, public_jwk, rfc7638_thumbprint
from regdoctor.distribution.token_verdicts import TrustedKey
from regdoctor.formats.token_keys import is_named_by, keys_of_certificates, keys_of_jwks
from tests.conftest import _pair

KEY = load_pem_private_key(_pair(0)[1], password=None).public_key()
OTHERS = (ec.generate_private_key(ec.SECP256R1()).public_key(), Ed25519PrivateKey.generate().public_key())


def test_a_bundle_gives_the_keys_of_its_certificates_alone() -> None:
    found = keys_of_certificates(_pair(0)[1] + _pair(0)[0] + _pair(1)[0], "b.crt")

    assert libtrust_key_id(found[0].public_key) == libtrust_key_id(KEY)
    assert [(key.source, key.kid) for key in found] == [("b.crt", None)] * 2


@pytest.mark.parametrize("data", [b"", b"\xff\x00", _pair(0)[1], b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END"])
def test_what_has_no_certificate_is_told(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"b\.crt holds no certificate"):
        keys_of_certificates(data, "b.crt")


def test_a_key_set_gives_each_key_with_its_own_kid() -> None:
    entries = [public_jwk(key) | {"kid": f"k{number}"} for number, key in enumerate((KEY, *OTHERS))]
    found = keys_of_jwks(json.dumps({"keys": [*entries, {"kty": "oct", "k": "x"}, 5, public_jwk(KEY)]}).encode(), "j")

    assert [key.kid for key in found] == ["k0", "k1", "k2", None]
    assert [libtrust_key_id(key.public_key) for key in found] == [libtrust_key_id(key) for key in (KEY, *OTHERS, KEY)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"keys": 5}',
        '{"keys": []}',
        '{"keys": [{"kty": "RSA", "n": "AA", "e": "!"}]}',
        '{"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}',
        '{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA"}]}',
        '{"keys": [{"kty": "RSA", "n": "é", "e": "AQAB"}]}',
        '{"keys": [{"kty": "RSA", "n": "%s", "e": "AQAB"}]}' % ("A" * 100_000),
    ],
)
def test_what_is_no_key_set_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"^j "):
        keys_of_jwks(text.encode(), "j")


def test_a_kid_names_a_key_by_every_rule_and_no_other() -> None:
    key = TrustedKey(KEY, "b.crt", "mine")

    assert all(is_named_by(key, kid) for kid in (libtrust_key_id(KEY), rfc7638_thumbprint(KEY), "mine"))
    assert not any(is_named_by(key, kid) for kid in (libtrust_key_id(OTHERS[0]), "", "other"))


def test_a_curve_that_no_registry_knows_has_its_libtrust_id_alone() -> None:
    key = TrustedKey(ec.generate_private_key(ec.SECP256K1()).public_key(), "b.crt")

    assert not is_named_by(key, "x")
    assert is_named_by(key, libtrust_key_id(key.public_key))
    assert isinstance(KEY, rsa.RSAPublicKey)
