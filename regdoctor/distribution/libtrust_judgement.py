"""The tests of distribution 2.8 and of GitLab's registry, whose tokens docker/libtrust verifies, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from regdoctor.distribution.carried_keys import libtrust_carried_key
from regdoctor.distribution.go_formats import logged_field
from regdoctor.distribution.jws_verification import libtrust_refusal
from regdoctor.distribution.token_claims import Doubt, Refusal, Step, TokenTrust, judge_claims
from regdoctor.distribution.token_keys import KeyRefusal, SignedText, bundle_keys, libtrust_key
from regdoctor.distribution.token_text import (
    CLAIMS,
    HEADER,
    MalformedTokenError,
    UndecidedTokenError,
    decode_padded,
    read_members,
    three_parts,
)

_MALFORMED = "error authorizing context: malformed token"
_INVALID = "error authorizing context: invalid token"
_REQUIRED = "error authorizing context: authorization token required"


def judge_as_distribution2(text: str, trust: TokenTrust, now: float) -> Iterator[Step]:
    """What each test of distribution 2.8 makes of a token, in its order; ends where nothing more can be read."""
    return _tests(text, trust, now, CLAIMS)


def judge_as_gitlab(text: str, trust: TokenTrust, now: float) -> Iterator[Step]:
    """The same of GitLab's registry, whose newer versions take a list of audiences."""
    return _tests(text, trust, now, {**CLAIMS, "aud": "audience"}, may_refuse_lists=True)


def _tests(
    text: str, trust: TokenTrust, now: float, types: Mapping[str, str], *, may_refuse_lists: bool = False
) -> Iterator[Step]:
    """The tests of distribution 2 and GitLab's registry (registry/auth/token/token.go, NewToken and Verify)."""
    if " " in text:
        yield Refusal(_REQUIRED, _REQUIRED, "", "it has a space in it, and is not taken for a token")
        return
    try:
        signed, claims = _read_for_libtrust(text, types)
    except MalformedTokenError as error:
        yield _malformed(error)
        return
    if may_refuse_lists and isinstance(claims.get("aud"), list):
        yield Doubt("its aud is a list, which GitLab's registry takes in newer versions only")
    yield from judge_claims(claims, trust, now, listed=False)
    if not signed.signature:
        said = "token has no signature"
        yield Refusal(said, said, "AUTH-24", "its signature is empty")
        return
    yield _libtrust_signature(signed, trust, now)


def _read_for_libtrust(text: str, types: Mapping[str, str]) -> tuple[SignedText, dict[str, Any]]:
    parts = three_parts(text)
    decoded = []
    for name, part in zip(("header", "claims", "signature"), parts, strict=True):
        try:
            decoded.append(decode_padded(part))
        except MalformedTokenError as error:
            raise MalformedTokenError(error.said, name, f"its {name} is not base64url") from None
    header = read_members(decoded[0], HEADER, "Header", strict=False)
    signed = SignedText(header, f"{parts[0]}.{parts[1]}".encode("utf-8", "replace"), decoded[2])
    return signed, read_members(decoded[1], types, "ClaimSet", strict=False)


def _libtrust_signature(signed: SignedText, trust: TokenTrust, now: float) -> Step:
    keys = bundle_keys(trust.keys)
    try:
        found = libtrust_carried_key(signed, trust.keys, now)
    except UndecidedTokenError as error:
        return Doubt(str(error))
    if found is None:
        if not keys:
            return Doubt("no key is known that this product verifies tokens with")
        found = libtrust_key(signed, keys)
    if isinstance(found, KeyRefusal):
        if not found.said:
            return Refusal(_INVALID, _INVALID, found.mode, found.why)
        gitlab = f"error verifying that signing key is trusted {logged_field('error', found.said)}"
        return Refusal(found.said, gitlab, found.mode, found.why)
    said = libtrust_refusal(found, signed.algorithm, signed.message, signed.signature)
    if said is None:
        return None
    line = "unable to verify token signature"
    mode, why = signed.refused_signature
    return Refusal(f"{line}: {said}", f"{line} {logged_field('error', said)}", mode, why)


def _malformed(error: MalformedTokenError) -> Refusal:
    """A token that distribution 2 and GitLab's registry cannot read; `error.part` is what is not base64url."""
    unread = "error while unmarshalling raw token"
    mode = "AUTH-07" if "field ClaimSet.aud " in error.said and "cannot unmarshal array" in error.said else ""
    if not error.said:
        return Refusal(_MALFORMED, _MALFORMED, mode, error.why)
    if error.part:
        decoded = f"unable to decode {error.part}"
        gitlab = f"unable to decode token {error.part} {logged_field('error', error.said)}"
        return Refusal(f"{unread}: {decoded}: {error.said}", gitlab, mode, error.why)
    return Refusal(f"{unread}: {error.said}", f"{unread} {logged_field('error', error.said)}", mode, error.why)
