"""With which of its keys a registry would verify a token, and why with none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from regdoctor.distribution.go_formats import quoted
from regdoctor.distribution.jws_verification import is_signed_by
from regdoctor.distribution.key_ids import distribution3_key_id, libtrust_key_id, rfc7638_thumbprint

_LIBTRUST = re.compile(r"[A-Z2-7]{4}(?::[A-Z2-7]{4}){11}")
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[:-]?){15,63}[0-9a-fA-F]{2}")
_CURVES = ("secp256r1", "secp384r1", "secp521r1")


@dataclass(frozen=True)
class TrustedKey:
    """A public key that a registry verifies tokens with."""

    public_key: PublicKeyTypes
    source: str
    """Where it was read, for people: a file, with the number of the certificate in it."""
    kid: str | None = None
    """As a JWKS names it; None for the key of a certificate of the rootcertbundle."""
    certificate: x509.Certificate | None = field(default=None, repr=False)
    """The certificate of the rootcertbundle that it is of, a root for the chains that tokens carry."""


@dataclass(frozen=True, slots=True)
class KeyRefusal:
    """No key is found for the token."""

    said: str
    """What the search for the key says, in all products alike."""
    mode: str
    why: str


@dataclass(frozen=True, slots=True)
class SignedText:
    """What is signed, and how it claims to be."""

    header: Mapping[str, Any]
    message: bytes
    signature: bytes

    @property
    def algorithm(self) -> str:
        """The header's `alg`; empty where there is none."""
        return str(self.header.get("alg", ""))

    @property
    def carried_key(self) -> str:
        """`x5c` or `jwk` where the header carries its own key, which comes before its `kid`; else empty."""
        # Any jwk but null counts, and a list of no certificates does not (token.go, VerifySigningKey).
        return "x5c" if self.header.get("x5c") else "jwk" if self.header.get("jwk") is not None else ""

    @property
    def refused_signature(self) -> tuple[str, str]:
        """Failure mode and reason of a signature that the trusted key of its `kid` does not verify."""
        if self.algorithm.startswith(("RS", "ES", "PS", "Ed")):
            return "AUTH-01", "the kid is of a trusted key, and the signature is not by it, or of another text"
        return "AUTH-24", "its alg is none that a public key verifies"

    def signers(self, keys: Iterable[TrustedKey]) -> tuple[TrustedKey, ...]:
        """Those of the keys that made the signature, whatever `kid` says."""
        return tuple(key for key in keys if is_signed_by(key.public_key, self.algorithm, self.message, self.signature))


def key_id_kind(kid: str) -> str:
    """How a key ID looks: `libtrust`, `RFC 7638 thumbprint`, `hex` (a digest, with colons or without) or `other`."""
    if _LIBTRUST.fullmatch(kid):
        return "libtrust"
    if _THUMBPRINT.fullmatch(kid):
        return "RFC 7638 thumbprint"
    return "hex" if len(kid) <= 256 and _HEX.fullmatch(kid) else "other"


def is_libtrust_key(key: PublicKeyTypes) -> bool:
    """Whether docker/libtrust knows keys of this kind: RSA, and EC on P-256, P-384 or P-521."""
    return isinstance(key, RSAPublicKey) or (isinstance(key, EllipticCurvePublicKey) and key.curve.name in _CURVES)


def bundle_keys(keys: Iterable[TrustedKey]) -> tuple[TrustedKey, ...]:
    """The keys that distribution 2 and GitLab's registry can have: of certificates, RSA or EC (docker/libtrust)."""
    return tuple(key for key in keys if key.kid is None and is_libtrust_key(key.public_key))


def libtrust_key(signed: SignedText, keys: tuple[TrustedKey, ...]) -> PublicKeyTypes | KeyRefusal:
    """The key that distribution 2 and GitLab's registry look up by the header's `kid` (token.go, VerifySigningKey)."""
    kid = str(signed.header.get("kid", ""))
    if not kid:
        return KeyRefusal("unable to get token signing key", "AUTH-04", "its header has no kid, x5c or jwk")
    found = {libtrust_key_id(key.public_key): key.public_key for key in keys}.get(kid)
    if found is not None:
        return found
    thumbprints = {rfc7638_thumbprint(key.public_key) for key in keys}
    if kid in thumbprints:
        return _untrusted(kid, "AUTH-03", "the kid is the RFC 7638 thumbprint of a trusted key, not its libtrust ID")
    return _untrusted_or_misnamed(kid, signed, keys, "libtrust ID")


def distribution3_key(signed: SignedText, keys: tuple[TrustedKey, ...]) -> PublicKeyTypes | KeyRefusal:
    """The key that distribution 3 looks up by the header's `kid`, of its rootcertbundle and its JWKS together."""
    kid = str(signed.header.get("kid", ""))
    if not kid:
        return KeyRefusal("invalid token", "AUTH-04", "its header has no kid, x5c or jwk")
    found = distribution3_keys(keys).get(kid)
    if found is not None:
        return found
    if kid in {libtrust_key_id(key.public_key) for key in keys}:
        why = "the kid is the libtrust ID of a trusted key, and distribution 3 knows keys by their RFC 7638 thumbprint"
        return _untrusted(kid, "AUTH-02", why)
    if kid in {_thumbprint(key) for key in keys if key.kid is None}:
        why = "the kid is right, and distribution 3 makes another of this key: a coordinate of it begins with a zero"
        return _untrusted(kid, "AUTH-23", why)
    return _untrusted_or_misnamed(kid, signed, keys, "RFC 7638 thumbprint, or its name in the JWKS")


def distribution3_keys(keys: Iterable[TrustedKey]) -> dict[str, PublicKeyTypes]:
    """The keys of distribution 3 by the names that it knows them by."""
    # A JWKS is laid over the bundle (accesscontroller.go newAccessController).
    listed = tuple(keys)
    of_bundle = {name: key.public_key for key in listed if key.kid is None and (name := _distribution3_name(key))}
    return of_bundle | {key.kid: key.public_key for key in listed if key.kid is not None}


def _untrusted_or_misnamed(kid: str, signed: SignedText, keys: tuple[TrustedKey, ...], wanted: str) -> KeyRefusal:
    signers = signed.signers(keys)
    if signers:
        named = f"the signature is by the key of {signers[0].source}, and the kid is not its {wanted}"
        return _untrusted(kid, "AUTH-04", named)
    return _untrusted(kid, "AUTH-01", "it is signed with a key that is not among the trusted ones")


def _untrusted(kid: str, mode: str, why: str) -> KeyRefusal:
    return KeyRefusal(f"token signed by untrusted key with ID: {quoted(kid)}", mode, why)


def _distribution3_name(key: TrustedKey) -> str:
    try:
        return distribution3_key_id(key.public_key)
    except ValueError:
        return ""


def _thumbprint(key: TrustedKey) -> str:
    try:
        return rfc7638_thumbprint(key.public_key)
    except ValueError:
        return ""
