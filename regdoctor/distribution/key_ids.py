"""Key IDs: the names by which a token says with which key it is signed, one way for each generation."""

from __future__ import annotations

import base64
import hashlib
import json

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from regdoctor.distribution.jws import base64url

_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


def libtrust_key_id(key: PublicKeyTypes) -> str:
    """The ID that distribution 2.x and GitLab, its registry and Rails, give a key: 12 groups of 4 and colons.

    The first 240 bits of the SHA-256 of the DER SubjectPublicKeyInfo, in base32 (docker/libtrust util.go
    keyIDFromCryptoKey; GitLab lib/json_web_token/rsa_token.rb).
    """
    info = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    text = base64.b32encode(hashlib.sha256(info).digest()[:30]).decode()
    return ":".join(text[at : at + 4] for at in range(0, len(text), 4))


def rfc7638_thumbprint(key: PublicKeyTypes) -> str:
    """The JWK thumbprint of RFC 7638 (RFC 8037 for Ed25519), SHA-256: 43 characters of base64url.

    Raises ValueError for a key that is none of RSA, EC on P-256, P-384 or P-521, and Ed25519.
    """
    return _thumbprint(public_jwk(key))


def distribution3_key_id(key: PublicKeyTypes) -> str:
    """The ID that distribution 3.x gives a key of its rootcertbundle.

    It is the RFC 7638 thumbprint, but for elliptic-curve keys whose coordinate begins with a zero byte: those
    bytes are left out (registry/auth/token/util.go getJWKThumbprint uses big.Int Bytes), so that about one
    key in 128 has an ID that no issuer will send. Ed25519 is known from 3.1 on.

    Raises ValueError for a key that is none of RSA, EC on P-256, P-384 or P-521, and Ed25519.
    """
    return _thumbprint(_jwk(key, padded=False))


def public_jwk(key: PublicKeyTypes) -> dict[str, str]:
    """The members of a public key's JWK that its thumbprint counts (RFC 7638 section 3.2).

    With a `kid` of one's own besides, it is an entry for distribution's `auth.token.jwks` file.

    Raises ValueError for a key that is none of RSA, EC on P-256, P-384 or P-521, and Ed25519.
    """
    return _jwk(key, padded=True)


def _jwk(key: PublicKeyTypes, *, padded: bool) -> dict[str, str]:
    match key:
        case RSAPublicKey():
            rsa = key.public_numbers()
            return {"e": _integer(rsa.e), "kty": "RSA", "n": _integer(rsa.n)}
        case EllipticCurvePublicKey():
            curve = _CURVES.get(key.curve.name)
            if curve is None:
                raise ValueError(f"no registry knows tokens that are signed on the curve {key.curve.name}")
            width = (key.curve.key_size + 7) // 8 if padded else 0
            point = key.public_numbers()
            return {"crv": curve, "kty": "EC", "x": _integer(point.x, width), "y": _integer(point.y, width)}
        case Ed25519PublicKey():
            raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
            return {"crv": "Ed25519", "kty": "OKP", "x": base64url(raw)}
        case _:
            raise ValueError("only RSA, elliptic-curve and Ed25519 keys sign registry tokens")


def _thumbprint(members: dict[str, str]) -> str:
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":"))
    return base64url(hashlib.sha256(canonical.encode()).digest())


def _integer(number: int, width: int = 0) -> str:
    """Big-endian, without leading zeros or filled up to `width` bytes."""
    return base64url(number.to_bytes(max((number.bit_length() + 7) // 8, width), "big"))
