"""The tests of distribution 3, whose tokens go-jose verifies, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from regdoctor.distribution.carried_keys import distribution3_carried_key
from regdoctor.distribution.go_formats import quoted
from regdoctor.distribution.jws_verification import is_signed_by
from regdoctor.distribution.token_claims import Doubt, Refusal, Step, TokenTrust, judge_claims
from regdoctor.distribution.token_keys import KeyRefusal, SignedText, distribution3_key
from regdoctor.distribution.token_text import (
    CLAIMS,
    HEADER_OF_DISTRIBUTION_3,
    MalformedTokenError,
    UndecidedTokenError,
    decode_bare,
    read_members,
    three_parts,
)

_BEFORE = "error authorizing context: "
_MALFORMED = f"{_BEFORE}malformed token"
_INVALID = f"{_BEFORE}invalid token"
_ALGORITHMS = {"EdDSA", *(f"{kind}{bits}" for kind in ("HS", "RS", "ES", "PS") for bits in ("256", "384", "512"))}
"""Distribution 3 reads tokens of these where auth.token.signingalgorithms is not set (token.go)."""


def judge_as_distribution3(text: str, trust: TokenTrust, now: float) -> Iterator[Step]:
    """The tests of distribution 3: the key first, then the signature, and then what is signed."""
    if " " in text:
        yield Doubt("it has a space in it")
        return
    try:
        parts = three_parts(text)
        header_text, claims_text, signature = (decode_bare(part) for part in parts)
        header = read_members(header_text, HEADER_OF_DISTRIBUTION_3, "Header", strict=True)
    except MalformedTokenError as error:
        yield Refusal(_MALFORMED, _MALFORMED, "", error.why)
        return
    signed = SignedText(header, f"{parts[0]}.{parts[1]}".encode(), signature)
    if signed.algorithm not in (trust.algorithms or _ALGORITHMS):
        yield Refusal(_MALFORMED, _MALFORMED, "AUTH-24", _excluded(signed.algorithm, trust))
        return
    if trust.algorithms is None:
        yield Doubt("which algorithms auth.token.signingalgorithms of the registry names is not known")
    try:
        yield _signature(signed, trust, now)
    except MalformedTokenError as error:
        yield Refusal(_MALFORMED, _MALFORMED, "", error.why)
        return
    except UndecidedTokenError as error:
        yield Doubt(str(error))
    try:
        claims = read_members(claims_text, {**CLAIMS, "aud": "audience"}, "ClaimSet", strict=True)
    except MalformedTokenError as error:
        # The error of go-jose's json is passed on as it is (AUTH-22).
        yield Refusal(f"{_BEFORE}{error.said}" if error.said else "", "", "", error.why)
        return
    yield from judge_claims(claims, trust, now, listed=True)


def _excluded(algorithm: str, trust: TokenTrust) -> str:
    if algorithm in _ALGORITHMS and trust.algorithms:
        named = ", ".join(trust.algorithms)
        return f"its alg is {quoted(algorithm)}, and auth.token.signingalgorithms takes {named} alone"
    return "its alg is none that distribution 3 takes"


def _signature(signed: SignedText, trust: TokenTrust, now: float) -> Step:
    """Raises MalformedTokenError and UndecidedTokenError as the carried key does."""
    if not trust.keys:
        return Doubt("no key is known to verify it with")
    found = distribution3_carried_key(signed, trust.keys, now)
    if found is None:
        found = distribution3_key(signed, trust.keys)
    if isinstance(found, KeyRefusal):
        if trust.unread:
            return Doubt(trust.unread)
        return Refusal(f"failed to verify token: {found.said}" if found.said else _INVALID, "", found.mode, found.why)
    if signed.header.get("crit") not in (None, []) or "b64" in signed.header:
        return _critical(signed.header)
    if is_signed_by(found, signed.algorithm, signed.message, signed.signature):
        if not signed.carried_key and _is_of_bundle(found, signed, trust):
            return Doubt("distribution 3.0 passes over Ed25519 keys of its rootcertbundle, 3.1 takes them")
        return None
    mode, why = signed.refused_signature
    return Refusal(f"{_BEFORE}go-jose/go-jose: error in cryptographic primitive", "", mode, why)


def _is_of_bundle(found: PublicKeyTypes, signed: SignedText, trust: TokenTrust) -> bool:
    """Whether it is an Ed25519 key that no JWKS names."""
    return isinstance(found, Ed25519PublicKey) and not any(key.kid == signed.header.get("kid") for key in trust.keys)


def _critical(header: Mapping[str, Any]) -> Step:
    """Names of `crit` other than b64 are refused by go-jose, in words that differ between its versions (AUTH-22)."""
    match header.get("crit"):
        case [*names] if all(isinstance(name, str) for name in names) and set(names) - {"b64"}:
            unknown = quoted(next(name for name in names if name != "b64"))
            return Refusal("", "", "", f"its header marks {unknown} as critical, which distribution 3 does not know")
        case _:
            return Doubt("its header asks for another way of signing (crit, b64), which is not judged here")
