"""Registry tokens: signed as GitLab signs them, and taken apart without trust."""

from __future__ import annotations

import base64
import json
import re
import uuid
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from regdoctor.distribution.bounded_json import parse_json
from regdoctor.distribution.jws import algorithm_of, base64url, sign
from regdoctor.distribution.key_ids import libtrust_key_id
from regdoctor.distribution.scopes import Access
from regdoctor.redaction import Secret

__all__ = ["HEAD_START", "LIFETIME", "Access", "Token", "read_token", "sign_token"]

LIFETIME = 300
"""Seconds that a token is good for: GitLab's default of container_registry_token_expire_delay."""
HEAD_START = 5
"""Seconds by which GitLab's `nbf` precedes `iat` (lib/json_web_token/token.rb)."""
_LONGEST = 1 << 20
"""Characters of a token; header lines are cut off far below."""
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*={0,2}")


@dataclass(frozen=True, slots=True)
class Token:
    """Header and claims of a token as they stand in it; nothing is verified."""

    algorithm: str
    kid: str | None
    x5c: bool
    """Whether the header carries its own certificates: then the registry does not look at `kid`."""
    jwk: bool
    """Whether the header carries its own public key."""
    issuer: str
    audience: tuple[str, ...]
    audience_is_list: bool
    """distribution 2.x and GitLab's registry take an audience as text only (AUTH-07)."""
    subject: str
    access: tuple[Access, ...]
    expires: float | None
    """`exp`, seconds since the epoch; registries read a missing one as 0."""
    not_before: float | None
    """`nbf`, seconds since the epoch."""
    issued: float | None
    """`iat`, seconds since the epoch."""
    token_id: str


def sign_token(
    key: PrivateKeyTypes,
    *,
    issuer: str,
    audience: str,
    subject: str,
    access: tuple[Access, ...],
    now: float,
    kid: str | None = None,
) -> Secret:
    """A registry token as GitLab makes them (auth/container_registry_authentication_service.rb).

    now: seconds since the epoch, by the clock that the registry will compare with.
    kid: the key ID to claim; None for the libtrust one, as GitLab does.

    Raises ValueError for a key that registries take no signatures of.
    """
    header = {
        "alg": algorithm_of(key),
        "typ": "JWT",
        "kid": libtrust_key_id(key.public_key()) if kid is None else kid,
    }
    issued = int(now)
    claims = {
        "iss": issuer,
        "aud": audience,
        "sub": subject,
        "access": [entry.as_claim() for entry in access],
        "jti": str(uuid.uuid4()),
        "nbf": issued - HEAD_START,
        "iat": issued,
        "exp": issued + LIFETIME,
    }
    signed = f"{_encode(header)}.{_encode(claims)}"
    return Secret(f"{signed}.{base64url(sign(key, signed.encode()))}", "token")


def read_token(text: str) -> Token:
    """Take a token apart without verifying it.

    Raises ValueError, one line without a piece of the token, for what is no token, and for claims of another
    type than registries read.
    """
    parts = text.strip().split(".") if len(text) <= _LONGEST else []
    if len(parts) != 3:
        raise ValueError("not a token: it does not have three parts with dots between them")
    header, claims = _decode(parts[0], "header"), _decode(parts[1], "claims")
    return Token(
        algorithm=_text(header, "alg"),
        kid=None if header.get("kid") is None else _text(header, "kid"),
        x5c=bool(header.get("x5c")),
        jwk=bool(header.get("jwk")),
        issuer=_text(claims, "iss"),
        audience=_audience(claims.get("aud")),
        audience_is_list=isinstance(claims.get("aud"), list),
        subject=_text(claims, "sub"),
        access=_accesses(claims.get("access")),
        expires=_moment(claims, "exp"),
        not_before=_moment(claims, "nbf"),
        issued=_moment(claims, "iat"),
        token_id=_text(claims, "jti"),
    )


def _encode(part: dict[str, Any]) -> str:
    return base64url(json.dumps(part, separators=(",", ":")).encode())


def _decode(part: str, what: str) -> dict[str, Any]:
    bare = part.rstrip("=")
    if not _BASE64URL.fullmatch(part) or len(bare) % 4 == 1:
        raise ValueError(f"not a token: its {what} is not base64url")
    match parse_json(base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))):
        case dict() as value:
            return value
        case _:
            raise ValueError(f"not a token: its {what} is not a JSON object")


def _text(part: dict[str, Any], name: str) -> str:
    match part.get(name):
        case None:
            return ""
        case str() as value:
            return value
        case _:
            raise ValueError(f"malformed token: {name} is not text")


def _moment(claims: dict[str, Any], name: str) -> float | None:
    match claims.get(name):
        case None:
            return None
        # A bool is an int to Python; NumericDate beyond 10^15 is no time, and infinity least of all.
        case int() | float() as value if not isinstance(value, bool) and abs(value) < 1e15:
            return float(value)
        case _:
            raise ValueError(f"malformed token: {name} is not a time in seconds")


def _audience(value: Any) -> tuple[str, ...]:
    match value:
        case None:
            return ()
        case str():
            return (value,)
        case list() if all(isinstance(item, str) for item in value):
            return tuple(value)
        case _:
            raise ValueError("malformed token: aud is neither text nor a list of texts")


def _accesses(value: Any) -> tuple[Access, ...]:
    match value:
        case None:
            return ()
        case list():
            return tuple(_access(entry) for entry in value)
        case _:
            raise ValueError("malformed token: access is not a list")


def _access(entry: Any) -> Access:
    match entry:
        case {"actions": list() as actions} if all(isinstance(action, str) for action in actions):
            return Access(_text(entry, "type"), _text(entry, "name"), tuple(actions))
        case _:
            raise ValueError("malformed token: an entry of access is no object with a list of actions")
