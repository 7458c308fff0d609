"""Signing as JSON Web Signatures do: the algorithm that goes with a key, and the signature in JWS form."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

_ON_CURVE: dict[str, tuple[str, hashes.HashAlgorithm]] = {
    "secp256r1": ("ES256", hashes.SHA256()),
    "secp384r1": ("ES384", hashes.SHA384()),
    "secp521r1": ("ES512", hashes.SHA512()),
}


def sign(key: PrivateKeyTypes, message: bytes) -> bytes:
    """The signature of `message` by `algorithm_of(key)` (RFC 7518, RFC 8037).

    Raises ValueError for a key that registries take no signatures of.
    """
    match key:
        case RSAPrivateKey():
            return key.sign(message, PKCS1v15(), hashes.SHA256())
        case EllipticCurvePrivateKey():
            # JWS wants both numbers one after the other, of full width (RFC 7518 section 3.4), not DER.
            r, s = decode_dss_signature(key.sign(message, ECDSA(_on_curve(key)[1])))
            width = (key.curve.key_size + 7) // 8
            return r.to_bytes(width, "big") + s.to_bytes(width, "big")
        case Ed25519PrivateKey():
            return key.sign(message)
        case _:
            raise ValueError("only RSA, elliptic-curve and Ed25519 keys sign registry tokens")


def algorithm_of(key: PrivateKeyTypes) -> str:
    """The `alg` of tokens that the key signs: RS256 for RSA, as GitLab; ES256, ES384, ES512 or EdDSA.

    Raises ValueError for a key that registries take no signatures of.
    """
    match key:
        case RSAPrivateKey():
            return "RS256"
        case EllipticCurvePrivateKey():
            return _on_curve(key)[0]
        case Ed25519PrivateKey():
            return "EdDSA"
        case _:
            raise ValueError("only RSA, elliptic-curve and Ed25519 keys sign registry tokens")


def base64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _on_curve(key: EllipticCurvePrivateKey) -> tuple[str, hashes.HashAlgorithm]:
    found = _ON_CURVE.get(key.curve.name)
    if found is None:
        raise ValueError(f"no registry knows tokens that are signed on the curve {key.curve.name}")
    return found
