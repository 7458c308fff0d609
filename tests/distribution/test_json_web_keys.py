"""A JWK gives its public key, and what is none gives nothing."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from regdoctor.distribution.json_web_keys import public_key_of_jwk
from regdoctor.distribution.key_ids import public_jwk

KEYS = (
    rsa.generate_private_key(65537, 2048).public_key(),
    ec.generate_private_key(ec.SECP384R1()).public_key(),
    ed25519.Ed25519PrivateKey.generate().public_key(),
)


@pytest.mark.parametrize("key", KEYS, ids=["RSA", "EC", "Ed25519"])
def test_a_key_comes_back_from_its_jwk(key: PublicKeyTypes) -> None:
    assert public_key_of_jwk(public_jwk(key) | {"kid": "x", "use": "sig"}) == key


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"kty": "oct", "k": "x"},
        {"kty": "RSA", "n": "AA", "e": "!"},
        {"kty": "RSA", "n": 5, "e": "AQAB"},
        {"kty": "RSA", "n": "A" * 100_000, "e": "AQAB"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"},
        {"kty": "OKP", "crv": "Ed25519", "x": "AA"},
    ],
)
def test_what_is_no_key_gives_nothing(entry: dict[str, Any]) -> None:
    assert public_key_of_jwk(entry) is None
