"""Credentials made into marks: which were the same, and what a token claims, without what makes it good."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from dataclasses import replace
from typing import Any

from regdoctor.distribution.bounded_json import parse_json
from regdoctor.distribution.jws import base64url
from regdoctor.distribution.tokens import Access, Token, read_token
from regdoctor.evidence.recorded import Shown
from regdoctor.redaction import known_forms
from regdoctor.traffic.wiping import scrubbed

_SCHEMES = {
    "bearer": ("Bearer", "token"),
    "basic": ("Basic", "login"),
    "aws4-hmac-sha256": ("AWS4-HMAC-SHA256", "signature"),
    "aws": ("AWS", "signature"),
    "sharedkey": ("SharedKey", "signature"),
    "digest": ("Digest", "credentials"),
    "negotiate": ("Negotiate", "credentials"),
    "ntlm": ("NTLM", "credentials"),
    "token": ("Token", "token"),
}
_CLEANED = re.compile(
    r"(?:([A-Za-z0-9-]{1,20}) )?\[redacted (token|login|signature|credentials) ([0-9a-f]{12})\](?: (\{.*\}))?",
    re.DOTALL,
)
_AWS_ID = re.compile(r"Credential=([^/,\s]{1,128})")
_LONGEST_CLAIM = 300
_MOST_ACCESS = 64
_MOST_KEPT = 4096
"""Of each kind, to be looked at once more while it is as good as new."""
_USER = "[redacted user]"


class Marks:
    """Gives the same text the same mark within one recording; the key is thrown away with this object.

    What was cleaned is kept here for a while, as most headers and all tokens come again: unclean text, and so no longer
    than the recording is read, and not beyond the moment at which something more is known to be secret.
    """

    def __init__(self) -> None:
        """Under a key of its own."""
        self._key = secrets.token_bytes(32)
        self._known = known_forms()
        self.credentials: dict[str, tuple[str, Shown]] = {}
        """By what an Authorization header had: what clean_authorization makes of it."""
        self.headers: dict[tuple[str, str], tuple[str, str]] = {}
        self.blocks: dict[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]] = {}
        """All headers of a message, where each may be kept: a client sends the same with many requests."""
        self.addresses: dict[str, str] = {}
        self.parameters: dict[str, str] = {}
        """Of addresses, as they stand between two `&`."""
        self.tokens: dict[str, Token | None] = {}
        """By its text: a token comes in an answer first and in requests then."""
        self.bodies: dict[bytes, tuple[bytes, Shown | None]] = {}
        """Of short JSON: most answers of a registry that have a body are the same few errors."""

        self._all: tuple[dict[Any, Any], ...] = (
            self.credentials,
            self.headers,
            self.blocks,
            self.addresses,
            self.parameters,
            self.tokens,
            self.bodies,
        )

    def of(self, text: str) -> str:
        """12 hexadecimal digits, worth nothing elsewhere."""
        return hmac.new(self._key, text.encode(errors="replace"), hashlib.sha256).hexdigest()[:12]

    def tidy(self) -> None:
        """Forget what was cleaned where there is much of it, or where it would be cleaned in another way by now."""
        known = known_forms()
        stale, self._known = self._known != known, known
        for kept in self._all:
            if stale or len(kept) > _MOST_KEPT:
                kept.clear()


def clean_authorization(value: str, marks: Marks) -> tuple[str, Shown]:
    """What may be written of an Authorization header, in a form that this reads again, and what is known of it."""
    known = marks.credentials.get(value)
    if known is None:
        known = marks.credentials[value] = _authorization(value, marks)
    return known


def _authorization(value: str, marks: Marks) -> tuple[str, Shown]:
    if cleaned := _CLEANED.fullmatch(value):
        scheme = _SCHEMES.get((cleaned[1] or "").lower(), ("", ""))[0]
        return _written(scheme, cleaned[2], Shown(scheme, cleaned[3], _token_written(cleaned[4])))
    word, _, rest = value.strip().partition(" ")
    scheme, kind = _SCHEMES.get(word.lower(), ("", "credentials"))
    text = rest.strip() if scheme else value.strip()
    identity = _AWS_ID.search(text)
    token = _known_token(text, marks) if scheme == "Bearer" else None
    return _written(scheme, kind, Shown(scheme, marks.of(identity[1] if identity else text), token))


def clean_given(value: str, marks: Marks) -> tuple[str, Shown]:
    """The same of a token in the body of an answer."""
    if cleaned := _CLEANED.fullmatch(value):
        return _written("", "token", Shown("", cleaned[3], _token_written(cleaned[4])))
    return _written("", "token", Shown("", marks.of(value.strip()), _known_token(value.strip(), marks)))


def _written(scheme: str, kind: str, shown: Shown) -> tuple[str, Shown]:
    claims = f" {_as_json(shown.token)}" if shown.token else ""
    return f"{scheme}{scheme and ' '}[redacted {kind} {shown.mark}]{claims}", shown


def _known_token(text: str, marks: Marks) -> Token | None:
    if text not in marks.tokens:
        marks.tokens[text] = _token(text)
    return marks.tokens[text]


def _token(text: str) -> Token | None:
    try:
        return _bare(read_token(text))
    except (ValueError, RecursionError):
        return None


def _token_written(text: str | None) -> Token | None:
    """From what a cleaned recording keeps of it."""
    match parse_json(text or ""):
        case {"header": dict() as header, "claims": dict() as claims}:
            return _token(".".join(base64url(json.dumps(part).encode()) for part in (header, claims)) + ".")
        case _:
            return None


def _bare(token: Token) -> Token:
    """Without who it was given to, and without its ID."""
    access = tuple(
        Access(_short(entry.type), _short(entry.name), tuple(_short(action) for action in entry.actions[:16]))
        for entry in token.access[:_MOST_ACCESS]
    )
    return replace(
        token,
        algorithm=_short(token.algorithm),
        kid=None if token.kid is None else _short(token.kid),
        issuer=_short(token.issuer),
        audience=tuple(_short(item) for item in token.audience[:16]),
        subject=_USER if token.subject else "",
        access=access,
        token_id="",
    )


def _short(text: str) -> str:
    """A libtrust key ID has twelve groups of four, and so stays; what looks like a secret goes."""
    return scrubbed(text[:_LONGEST_CLAIM])[:_LONGEST_CLAIM]


def _as_json(token: Token) -> str:
    header: dict[str, Any] = {"alg": token.algorithm}
    header |= {} if token.kid is None else {"kid": token.kid}
    header |= {name: True for name in ("x5c", "jwk") if getattr(token, name)}
    audience: Any = list(token.audience) if token.audience_is_list else "".join(token.audience)
    claims: dict[str, Any] = {"iss": token.issuer, "sub": token.subject}
    claims |= {"aud": audience} if token.audience or token.audience_is_list else {}
    claims["access"] = [entry.as_claim() for entry in token.access]
    times = {"exp": token.expires, "nbf": token.not_before, "iat": token.issued}
    claims |= {name: value for name, value in times.items() if value is not None}
    return json.dumps({"header": header, "claims": claims}, separators=(",", ":"))
