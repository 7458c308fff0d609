"""Signatures are verified by the algorithm that the header names, and refused in libtrust's words."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from regdoctor.distribution.jws import algorithm_of, sign
from regdoctor.distribution.jws_verification import is_signed_by, libtrust_refusal

RSA_KEY = rsa.generate_private_key(65537, 2048)
KEYS: list[PrivateKeyTypes] = [
    RSA_KEY,
    ec.generate_private_key(ec.SECP256R1()),
    ec.generate_private_key(ec.SECP384R1()),
    ec.generate_private_key(ec.SECP521R1()),
    ed25519.Ed25519PrivateKey.generate(),
]
TEXT = b"header.claims"


@pytest.mark.parametrize("key", KEYS, ids=algorithm_of)
def test_a_signature_is_of_its_key_and_its_text(key: PrivateKeyTypes) -> None:
    signature, public, algorithm = sign(key, TEXT), key.public_key(), algorithm_of(key)
    assert is_signed_by(public, algorithm, TEXT, signature)
    assert not is_signed_by(public, algorithm, TEXT + b"x", signature)
    assert not is_signed_by(public, algorithm, TEXT, signature[:-1])
    assert not is_signed_by(public, "none", TEXT, signature)
    assert not is_signed_by(public, "", TEXT, b"")


@pytest.mark.parametrize(("bits", "digest"), [("256", hashes.SHA256()), ("384", hashes.SHA384())])
def test_rsa_with_either_padding(bits: str, digest: hashes.HashAlgorithm) -> None:
    plain = RSA_KEY.sign(TEXT, PKCS1v15(), digest)
    masked = RSA_KEY.sign(TEXT, PSS(MGF1(digest), digest.digest_size), digest)
    assert is_signed_by(RSA_KEY.public_key(), f"RS{bits}", TEXT, plain)
    assert is_signed_by(RSA_KEY.public_key(), f"PS{bits}", TEXT, masked)
    assert not is_signed_by(RSA_KEY.public_key(), f"PS{bits}", TEXT, plain)
    # libtrust has no PSS.
    assert "not supported" in (libtrust_refusal(RSA_KEY.public_key(), f"PS{bits}", TEXT, masked) or "")


def test_a_key_that_signs_nothing() -> None:
    assert not is_signed_by(x25519.X25519PrivateKey.generate().public_key(), "EdDSA", TEXT, b"x" * 64)


def test_libtrust_says_nothing_of_a_good_signature() -> None:
    for key in KEYS[:4]:
        assert libtrust_refusal(key.public_key(), algorithm_of(key), TEXT, sign(key, TEXT)) is None
