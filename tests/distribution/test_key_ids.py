"""Key IDs agree with the published vector and with each other's rules."""

from __future__ import annotations

import base64
import re

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from regdoctor.distribution.key_ids import (
    distribution3_key_id,
    libtrust_key_id,
    public_jwk,
    rfc7638_thumbprint,
)

RFC7638_MODULUS = (
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3"
    "oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdA"
    "ZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-"
    "kEgU8awapJzKnqDKgw"
)
"""RFC 7638 section 3.1."""


def rfc7638_key() -> rsa.RSAPublicKey:
    """The example key of the RFC."""
    modulus = int.from_bytes(base64.urlsafe_b64decode(RFC7638_MODULUS + "=="), "big")
    return rsa.RSAPublicNumbers(65537, modulus).public_key()


def ec_key_with_short_x() -> ec.EllipticCurvePublicKey:
    """A key on P-256 whose x begins with a zero byte; small multiples of the base point give one soon."""
    for number in range(1, 5000):
        key = ec.derive_private_key(number, ec.SECP256R1()).public_key()
        if key.public_numbers().x.bit_length() <= 248:
            return key
    raise AssertionError("no such key among the first multiples")


def test_libtrust_key_id_of_the_rfcs_key() -> None:
    assert libtrust_key_id(rfc7638_key()) == "VUZD:EDHW:YWLN:RBFQ:KOA3:UVZ2:XKG5:2V2J:WTPI:6SRD:U6PZ:VCO5"


def test_thumbprint_of_the_rfcs_key() -> None:
    assert rfc7638_thumbprint(rfc7638_key()) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    assert distribution3_key_id(rfc7638_key()) == rfc7638_thumbprint(rfc7638_key())


def test_thumbprint_of_the_ed25519_key_of_rfc_8037() -> None:
    raw = base64.urlsafe_b64decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
    key = ed25519.Ed25519PublicKey.from_public_bytes(raw)
    assert rfc7638_thumbprint(key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert distribution3_key_id(key) == rfc7638_thumbprint(key)


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()])
def test_ids_of_curve_keys_have_their_shapes(curve: ec.EllipticCurve) -> None:
    key = ec.derive_private_key(7, curve).public_key()
    assert re.fullmatch(r"[A-Z2-7]{4}(:[A-Z2-7]{4}){11}", libtrust_key_id(key))
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", rfc7638_thumbprint(key))
    width = (curve.key_size + 7) // 8
    for name in ("x", "y"):
        assert len(base64.urlsafe_b64decode(public_jwk(key)[name] + "==")) == width


def test_distribution_3_leaves_out_leading_zero_bytes_of_coordinates() -> None:
    short, full = ec_key_with_short_x(), ec.derive_private_key(1, ec.SECP256R1()).public_key()
    assert distribution3_key_id(short) != rfc7638_thumbprint(short)
    assert distribution3_key_id(full) == rfc7638_thumbprint(full)


@pytest.mark.parametrize(
    "key",
    [x25519.X25519PrivateKey.generate().public_key(), ec.generate_private_key(ec.SECP256K1()).public_key()],
)
def test_key_that_signs_no_tokens_has_no_thumbprint(key: PublicKeyTypes) -> None:
    with pytest.raises(ValueError, match="registry"):
        rfc7638_thumbprint(key)
