"""Whether a JSON Web Signature is good, and in which words distribution 2 and GitLab's registry refuse it."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from regdoctor.distribution.go_formats import quoted

_HASHES: dict[str, hashes.HashAlgorithm] = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
_CURVES = {"secp256r1": ("P-256", "ES256"), "secp384r1": ("P-384", "ES384"), "secp521r1": ("P-521", "ES512")}


def is_signed_by(key: PublicKeyTypes, algorithm: str, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is the key's, by RS, PS, ES (RFC 7518) or EdDSA (RFC 8037); any other `alg` is not.

    HS256 and its like take a secret: a public key is none, whatever a token says.
    """
    try:
        match key:
            case RSAPublicKey():
                return _rsa(key, algorithm, message, signature)
            case EllipticCurvePublicKey():
                return _elliptic(key, algorithm, message, signature)
            case Ed25519PublicKey() if algorithm == "EdDSA":
                key.verify(signature, message)
                return True
            case _:
                return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False


def libtrust_refusal(key: PublicKeyTypes, algorithm: str, message: bytes, signature: bytes) -> str | None:
    """What docker/libtrust says of the signature (rsa_key.go, ec_key.go, Verify); None where it takes it."""
    match key:
        case RSAPublicKey() if algorithm not in ("RS256", "RS384", "RS512"):
            return f"unable to verify Signature: RSA Digital Signature Algorithm {quoted(algorithm)} not supported"
        case EllipticCurvePublicKey():
            curve, only = _CURVES.get(key.curve.name, (key.curve.name, ""))
            if algorithm != only:
                missing = f"EC Public Key with curve {quoted(curve)} does not support"
                return f"unable to verify signature: {missing} signature algorithm {quoted(algorithm)}"
            wanted = 2 * ((key.curve.key_size + 7) // 8)
            if len(signature) != wanted:
                return f"signature length is {len(signature)} octets long, should be {wanted}"
    if is_signed_by(key, algorithm, message, signature):
        return None
    if isinstance(key, RSAPublicKey):
        return f"invalid {algorithm} signature: crypto/rsa: verification error"
    return "invalid signature"


def _rsa(key: RSAPublicKey, algorithm: str, message: bytes, signature: bytes) -> bool:
    used = _HASHES.get(algorithm[2:])
    if used is None or algorithm[:2] not in ("RS", "PS"):
        return False
    if algorithm.startswith("RS"):
        key.verify(signature, message, PKCS1v15(), used)
    else:
        key.verify(signature, message, PSS(MGF1(used), PSS.AUTO), used)
    return True


def _elliptic(key: EllipticCurvePublicKey, algorithm: str, message: bytes, signature: bytes) -> bool:
    width = (key.curve.key_size + 7) // 8
    if _CURVES.get(key.curve.name, ("", ""))[1] != algorithm or len(signature) != 2 * width:
        return False
    r, s = int.from_bytes(signature[:width], "big"), int.from_bytes(signature[width:], "big")
    key.verify(encode_dss_signature(r, s), message, ECDSA(_HASHES[algorithm[2:]]))
    return True
