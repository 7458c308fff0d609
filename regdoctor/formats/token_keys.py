"""The keys that a registry trusts for tokens, from certificates or a JWKS file, and which of them a kid names."""

from __future__ import annotations

import warnings
from contextlib import suppress
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from regdoctor.distribution.bounded_json import parse_json
from regdoctor.distribution.json_web_keys import public_key_of_jwk
from regdoctor.distribution.key_ids import distribution3_key_id, libtrust_key_id, rfc7638_thumbprint
from regdoctor.distribution.token_verdicts import TrustedKey
from regdoctor.formats.key_facts import REFUSALS
from regdoctor.formats.pem_blocks import split_pem

_SIGNING = (rsa.RSAPublicKey, ec.EllipticCurvePublicKey, Ed25519PublicKey)
_MOST = 200
"""Keys of one file that are looked at."""


def keys_of_certificates(data: bytes, source: str) -> tuple[TrustedKey, ...]:
    """The keys of the CERTIFICATE blocks of a PEM file, the only ones that a registry looks at.

    Raises ValueError, one line, where there is no certificate in it that can be read.
    """
    found = []
    for block in split_pem(data.decode("utf-8", "replace")).blocks[:_MOST]:
        if block.label != "CERTIFICATE":
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of a serial number that is negative, and its like
                certificate = x509.load_der_x509_certificate(block.der)
                key = certificate.public_key()
        except (*REFUSALS, TypeError):
            continue
        if isinstance(key, _SIGNING):
            found.append(TrustedKey(key, source, certificate=certificate))
    if not found:
        raise ValueError(f"{source} holds no certificate in PEM with a key that signs tokens")
    return tuple(found)


def keys_of_jwks(data: bytes, source: str) -> tuple[TrustedKey, ...]:
    """The keys of a JSON Web Key Set (RFC 7517 section 5), each with the kid that it is given there.

    Raises ValueError, one line, where it is none, or has no public key for signatures that can be read.
    """
    match parse_json(data):
        case {"keys": list() as entries}:
            found = [TrustedKey(key, source, _kid(entry)) for entry in entries[:_MOST] if (key := _key(entry))]
        case _:
            raise ValueError(f'{source} is no JSON Web Key Set: no object with "keys"')
    if not found:
        raise ValueError(f"{source} has no RSA, EC or Ed25519 public key that can be read")
    return tuple(found)


def is_named_by(key: TrustedKey, kid: str) -> bool:
    """Whether `kid` is an ID of the key by any rule that a registry has, or its name in a JWKS."""
    ids = [libtrust_key_id(key.public_key)]
    with suppress(ValueError):  # a curve that JWK has no name for
        ids += [rfc7638_thumbprint(key.public_key), distribution3_key_id(key.public_key)]
    return kid in (*ids, key.kid)


def _kid(entry: dict[str, Any]) -> str | None:
    kid = entry.get("kid")
    return kid if isinstance(kid, str) else None


def _key(entry: Any) -> PublicKeyTypes | None:
    return public_key_of_jwk(entry) if isinstance(entry, dict) else None
