"""The key of a token is found by each product's names for keys, and a wrong name is told from a wrong key."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from regdoctor.distribution.jws import algorithm_of, sign
from regdoctor.distribution.key_ids import distribution3_key_id, libtrust_key_id, rfc7638_thumbprint
from regdoctor.distribution.token_keys import (
    KeyRefusal,
    SignedText,
    TrustedKey,
    bundle_keys,
    distribution3_key,
    key_id_kind,
    libtrust_key,
)

KEY = rsa.generate_private_key(65537, 2048)
STRANGER = ec.generate_private_key(ec.SECP256R1())
LIBTRUST, THUMBPRINT = libtrust_key_id(KEY.public_key()), rfc7638_thumbprint(KEY.public_key())
TRUSTED = (TrustedKey(KEY.public_key(), "root.crt"),)


def signed(kid: str, key: PrivateKeyTypes = KEY) -> SignedText:
    """A text signed by the key, under that name."""
    return SignedText({"alg": algorithm_of(key), "kid": kid}, b"a.b", sign(key, b"a.b"))


@pytest.mark.parametrize(
    ("kid", "kind"),
    [
        (LIBTRUST, "libtrust"),
        (THUMBPRINT, "RFC 7638 thumbprint"),
        ("ab" * 32, "hex"),
        (":".join(["AB"] * 20), "hex"),
        ("", "other"),
        ("key-1", "other"),
        (LIBTRUST.lower(), "other"),
        (f"{THUMBPRINT}\n", "other"),
        ("a" * 1_000_001, "other"),
    ],
    ids=range(9),  # the keys, and so their names, are new in each run: workers must agree on what the tests are called
)
def test_kinds(kid: str, kind: str) -> None:
    assert key_id_kind(kid) == kind


def mode(found: object) -> str:
    """The failure mode of a refusal; empty for a key."""
    return found.mode if isinstance(found, KeyRefusal) else ""


def test_each_product_knows_the_key_by_its_own_name() -> None:
    assert libtrust_key(signed(LIBTRUST), TRUSTED) is TRUSTED[0].public_key
    assert distribution3_key(signed(THUMBPRINT), TRUSTED) is TRUSTED[0].public_key
    assert mode(libtrust_key(signed(THUMBPRINT), TRUSTED)) == "AUTH-03"
    assert mode(distribution3_key(signed(LIBTRUST), TRUSTED)) == "AUTH-02"


def test_a_wrong_name_is_told_from_a_wrong_key() -> None:
    for find in (libtrust_key, distribution3_key):
        assert mode(find(signed("ab" * 32), TRUSTED)) == "AUTH-04"
        assert mode(find(signed(""), TRUSTED)) == "AUTH-04"
        assert mode(find(signed(libtrust_key_id(STRANGER.public_key()), STRANGER), TRUSTED)) == "AUTH-01"


def test_a_jwks_names_keys_as_it_likes_and_only_distribution_3_has_one() -> None:
    named = (TrustedKey(KEY.public_key(), "jwks.json", LIBTRUST),)
    assert distribution3_key(signed(LIBTRUST), named) is named[0].public_key
    assert mode(distribution3_key(signed(THUMBPRINT), named)) == "AUTH-04"
    assert bundle_keys(named) == ()


def test_a_coordinate_with_a_leading_zero_has_another_name_in_distribution_3() -> None:
    for number in range(1, 2000):
        key = ec.derive_private_key(number, ec.SECP256R1())
        if distribution3_key_id(key.public_key()) != rfc7638_thumbprint(key.public_key()):
            break
    trusted = (TrustedKey(key.public_key(), "root.crt"),)
    assert mode(distribution3_key(signed(rfc7638_thumbprint(key.public_key()), key), trusted)) == "AUTH-23"
    assert mode(distribution3_key(signed(distribution3_key_id(key.public_key()), key), trusted)) == ""


def test_keys_that_libtrust_does_not_know_are_left_out() -> None:
    others = (ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256K1()))
    assert bundle_keys((*TRUSTED, *(TrustedKey(key.public_key(), "x") for key in others))) == TRUSTED
