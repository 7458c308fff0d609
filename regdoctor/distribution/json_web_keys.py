"""A public key as a JSON Web Key writes it (RFC 7517, RFC 7518 section 6, RFC 8037)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

UNREADABLE = (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, InternalError, x509.InvalidVersion)
"""What cryptography raises for keys and certificates that are no good; InternalError for a short Ed25519 key."""
_CURVES: dict[str, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}


def public_key_of_jwk(entry: Mapping[str, Any]) -> PublicKeyTypes | None:
    """The RSA, EC or Ed25519 key of one JWK; None where it is of another kind, or cannot be read."""
    try:
        match entry:
            case {"kty": "RSA", "n": str() as n, "e": str() as e}:
                return rsa.RSAPublicNumbers(_number(e), _number(n)).public_key()
            case {"kty": "EC", "crv": str() as crv, "x": str() as x, "y": str() as y} if crv in _CURVES:
                return ec.EllipticCurvePublicNumbers(_number(x), _number(y), _CURVES[crv]).public_key()
            case {"kty": "OKP", "crv": "Ed25519", "x": str() as x}:
                return Ed25519PublicKey.from_public_bytes(_bytes(x))
    except UNREADABLE:
        return None
    return None


def _bytes(text: str) -> bytes:
    if len(text) > 4096:
        raise ValueError("longer than any key")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _number(text: str) -> int:
    return int.from_bytes(_bytes(text), "big")
