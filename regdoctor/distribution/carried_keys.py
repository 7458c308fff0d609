"""The key that a token's header carries itself (`x5c`, `jwk`), and what each product says to it."""

from __future__ import annotations

import base64
import binascii
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from regdoctor.distribution.go_chains import UndecidedChainError, chain_refusal
from regdoctor.distribution.json_web_keys import UNREADABLE, public_key_of_jwk
from regdoctor.distribution.key_ids import libtrust_key_id
from regdoctor.distribution.token_keys import (
    KeyRefusal,
    SignedText,
    TrustedKey,
    bundle_keys,
    distribution3_keys,
    is_libtrust_key,
)
from regdoctor.distribution.token_text import MalformedTokenError, UndecidedTokenError

_MOST = 20
"""Certificates of one chain that are looked at."""
_UNTRUSTED = "untrusted JWK with no certificate chain"
_STRANGER = "its header carries a key of its own (jwk), which is none of the trusted ones"
_CHAIN = "the certificates that its header carries do not lead to one of the registry's rootcertbundle"
_DIFFERENT = "the key of its jwk is not that of the first certificate in the jwk's x5c"


def carried_key(header: Mapping[str, Any]) -> PublicKeyTypes | None:
    """The key that the header carries, trusted or not; None where it has none that can be read."""
    try:
        match header:
            case {"x5c": [str(), *_] as entries}:
                return _chain(entries)[0].public_key()
            case {"jwk": dict() as entry}:
                return public_key_of_jwk(entry)
            case _:
                return None
    except UNREADABLE:
        return None


def libtrust_carried_key(
    signed: SignedText, keys: Sequence[TrustedKey], now: float
) -> PublicKeyTypes | KeyRefusal | None:
    """What distribution 2 and GitLab's registry make of `x5c`, else `jwk` (token.go, VerifySigningKey).

    The key, or why none; None where the header carries none, and its `kid` counts. now: seconds since the epoch.

    Raises UndecidedTokenError where it cannot be told.
    """
    if signed.carried_key == "x5c":
        return _libtrust_chain(signed.header["x5c"], keys, now, "")
    if signed.carried_key != "jwk":
        return None
    entry, key = _jwk(signed.header["jwk"])
    if "d" in entry or not is_libtrust_key(key):
        raise UndecidedTokenError("the jwk in its header is of a kind that is not judged here")
    identity = libtrust_key_id(key)
    if "kid" in entry and entry["kid"] != identity:
        kind = "RSA" if entry["kty"] == "RSA" else "EC"
        said = f"unable to decode raw JWK value: JWK {kind} Public Key ID does not match: {entry['kid']}"
        return KeyRefusal(said, "AUTH-04", "the kid in its jwk is not the libtrust ID of the key there")
    if not isinstance(entry.get("x5c"), list):
        known = {libtrust_key_id(one.public_key): one.public_key for one in bundle_keys(keys)}
        if not known:
            raise UndecidedTokenError("no key is known that this product verifies tokens with")
        return key if identity in known else KeyRefusal(_UNTRUSTED, "AUTH-01", _STRANGER)
    found = _libtrust_chain(entry["x5c"], keys, now, "could not verify JWK certificate chain: ")
    if not isinstance(found, KeyRefusal) and libtrust_key_id(found) != identity:
        return KeyRefusal("leaf certificate public key ID does not match JWK key ID", "AUTH-01", _DIFFERENT)
    return found


def distribution3_carried_key(
    signed: SignedText, keys: Sequence[TrustedKey], now: float
) -> PublicKeyTypes | KeyRefusal | None:
    """What distribution 3 makes of `x5c`, else `jwk`; returns and raises as that of distribution 2.

    Raises MalformedTokenError too, where go-jose does not get as far as to verify anything (JSONWebKey.UnmarshalJSON).
    """
    if signed.carried_key == "x5c":
        return _distribution3_chain(_chain_or_undecided(signed.header["x5c"]), keys, now)
    if signed.carried_key != "jwk":
        return None
    entry, key = _jwk(signed.header["jwk"])
    if "d" in entry:
        raise MalformedTokenError("", why="the jwk in its header is a private key")
    if entry.get("x5c"):
        chain = _chain_or_undecided(entry["x5c"])
        if _leaf_key(chain) != key:
            raise MalformedTokenError("", why=_DIFFERENT)
        return _distribution3_chain(chain, keys, now)
    # Its name alone decides; the key that verifies is then the trusted one of that name (token.go verifyJWK).
    found = distribution3_keys(keys).get(str(entry.get("kid", "")))
    return KeyRefusal(_UNTRUSTED, "AUTH-01", _STRANGER) if found is None else found


def _jwk(entry: Any) -> tuple[dict[str, Any], PublicKeyTypes]:
    key = public_key_of_jwk(entry) if isinstance(entry, dict) else None
    if key is None:
        raise UndecidedTokenError("the jwk in its header cannot be read here")
    return entry, key


def _libtrust_chain(
    entries: Sequence[Any], keys: Sequence[TrustedKey], now: float, before: str
) -> PublicKeyTypes | KeyRefusal:
    chain = _chain_or_undecided(entries)
    said = _refusal(chain, keys, now)
    if said is not None:
        return KeyRefusal(f"{before}unable to verify certificate chain: {said}" if said else "", "AUTH-01", _why(said))
    key = _leaf_key(chain)
    if not is_libtrust_key(key):
        raise UndecidedTokenError("the first certificate that its header carries has a key of another kind")
    return key


def _distribution3_chain(
    chain: tuple[x509.Certificate, ...], keys: Sequence[TrustedKey], now: float
) -> PublicKeyTypes | KeyRefusal:
    said = _refusal(chain, keys, now)
    return _leaf_key(chain) if said is None else KeyRefusal(said, "AUTH-01", _why(said))


def _why(said: str) -> str:
    if "expired or is not yet valid" in said:
        return f"the certificate that its header carries is out of date: {said.rpartition(': ')[2]}"
    return _CHAIN


def _refusal(chain: tuple[x509.Certificate, ...], keys: Sequence[TrustedKey], now: float) -> str | None:
    roots = [key.certificate for key in keys if key.certificate is not None]
    if not roots:
        raise UndecidedTokenError(
            "its header carries certificates, and no rootcertbundle is known to hold them against"
        )
    try:
        return chain_refusal(chain, roots, now)
    except UndecidedChainError as error:
        raise UndecidedTokenError(str(error)) from None
    except UNREADABLE:
        raise UndecidedTokenError("a certificate that its header carries cannot be read here") from None


def _chain_or_undecided(entries: Any) -> tuple[x509.Certificate, ...]:
    texts = entries if isinstance(entries, list) and all(isinstance(entry, str) for entry in entries) else []
    try:
        return _chain(texts)
    except UNREADABLE:
        raise UndecidedTokenError("a certificate that its header carries cannot be read here") from None


def _leaf_key(chain: tuple[x509.Certificate, ...]) -> PublicKeyTypes:
    try:
        return chain[0].public_key()
    except UNREADABLE:
        raise UndecidedTokenError("the certificate that its header carries has a key that cannot be read") from None


def _chain(entries: Sequence[str]) -> tuple[x509.Certificate, ...]:
    """The certificates of an `x5c`, in its order. Raises ValueError where one cannot be read."""
    if not 0 < len(entries) <= _MOST:
        raise ValueError("no chain that is followed")
    found = []
    for entry in entries:
        try:
            der = base64.b64decode(entry.replace("\r", "").replace("\n", ""), validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValueError("not base64") from error
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a serial number that is negative, and its like
            found.append(x509.load_der_x509_certificate(der))
    return tuple(found)
