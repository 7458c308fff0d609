"""The tests of distribution 3, whose tokens go-jose verifies, in their order."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from regdoctor.distribution.jws_verification import is_signed_by
from regdoctor.distribution.token_claims import Doubt, Refusal, Step, TokenTrust, judge_claims
from regdoctor.distribution.token_keys import KeyRefusal, SignedText, distribution3_key
from regdoctor.distribution.token_text import (
    CLAIMS,
    HEADER,
    MalformedTokenError,
    decode_bare,
    read_members,
    three_parts,
)

_BEFORE = "error authorizing context: "
_MALFORMED = f"{_BEFORE}malformed token"
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
        header = read_members(header_text, HEADER, "Header", strict=True)
    except MalformedTokenError as error:
        yield Refusal(_MALFORMED, _MALFORMED, "", error.why)
        return
    signed = SignedText(header, f"{parts[0]}.{parts[1]}".encode(), signature)
    if signed.algorithm not in _ALGORITHMS:
        yield Refusal(_MALFORMED, _MALFORMED, "AUTH-24", "its alg is none that distribution 3 takes")
        return
    yield _signature(signed, trust)
    try:
        claims = read_members(claims_text, {**CLAIMS, "aud": "audience"}, "ClaimSet", strict=True)
    except MalformedTokenError as error:
        # The error of go-jose's json is passed on as it is (AUTH-22).
        yield Refusal(f"{_BEFORE}{error.said}" if error.said else "", "", "", error.why)
        return
    yield from judge_claims(claims, trust, now, listed=True)


def _signature(signed: SignedText, trust: TokenTrust) -> Step:
    if signed.carried_key:
        return Doubt(f"its header carries its own key ({signed.carried_key}), whose trust is not judged here")
    if not trust.keys:
        return Doubt("no key is known to verify it with")
    found = distribution3_key(signed, trust.keys)
    if isinstance(found, KeyRefusal):
        return Refusal(f"failed to verify token: {found.said}", "", found.mode, found.why)
    if is_signed_by(found, signed.algorithm, signed.message, signed.signature):
        if isinstance(found, Ed25519PublicKey) and not any(key.kid == signed.header.get("kid") for key in trust.keys):
            return Doubt("distribution 3.0 passes over Ed25519 keys of its rootcertbundle, 3.1 takes them")
        return None
    mode, why = signed.refused_signature
    return Refusal(f"{_BEFORE}go-jose/go-jose: error in cryptographic primitive", "", mode, why)
