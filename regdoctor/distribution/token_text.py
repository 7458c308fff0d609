"""A token's text taken apart as registries do, with what they say where it cannot be; nothing is verified."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_ALPHABET = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
_BARE = re.compile(r"[A-Za-z0-9_-]*")
_INTEGER = re.compile(r"-?[0-9]{1,19}")
_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_DEEPEST = 10_000
"""Levels of nesting that Go's encoding/json reads (scanner.go maxNestingDepth)."""
_KINDS = {"array": list, "object": dict, "string": str, "bool": bool}

HEADER = {"typ": "string", "alg": "string", "kid": "string", "x5c": "[]string"}
"""Members of the header that distribution's token.Header reads, with their Go types; `jwk` may be anything."""
HEADER_OF_DISTRIBUTION_3 = {**HEADER, "crit": "any", "b64": "any"}
"""Members that go-jose looks at besides (shared.go, rawHeader)."""
CLAIMS = {
    **dict.fromkeys(("iss", "sub", "aud", "jti"), "string"),
    **dict.fromkeys(("exp", "nbf", "iat"), "int64"),
    "access": "[]*token.ResourceActions",
}
"""Members of the claims that distribution 2's token.ClaimSet reads, with their Go types."""


class MalformedTokenError(ValueError):
    """What the registry cannot read; its text is Go's own error, or empty where that is not known."""

    def __init__(self, said: str, part: str = "", why: str = "") -> None:
        """said: Go's error. part: which part could not be decoded from base64url. why: for people."""
        super().__init__(said)
        self.said = said
        self.part = part
        self.why = why or said or "it cannot be read as a token"


class UndecidedTokenError(ValueError):
    """What a registry may be able to read and regdoctor does not."""


@dataclass(frozen=True, slots=True)
class _Number:
    """A number as it is written."""

    literal: str


def decode_padded(text: str) -> bytes:
    """Base64url, with padding or without, as distribution 2 decodes it (registry/auth/token/util.go).

    Raises MalformedTokenError with Go's words.
    """
    raw = text.encode("utf-8", "replace")
    if len(raw) % 4 == 1:
        raise MalformedTokenError("illegal base64url string")
    wrong = next((at for at, byte in enumerate(raw) if byte not in _ALPHABET), len(raw))
    if raw[wrong:] in (b"", b"=", b"==") and len(raw[:wrong]) % 4 != 1 and (wrong == len(raw) or wrong % 4):
        return decode_bare(text.rstrip("="))
    said = "" if raw[wrong : wrong + 1] == b"=" else f"illegal base64 data at input byte {wrong}"
    raise MalformedTokenError(said, why="it is not base64url")


def decode_bare(text: str) -> bytes:
    """Base64url without padding (RFC 7515), as go-jose decodes it. Raises MalformedTokenError."""
    if not _BARE.fullmatch(text) or len(text) % 4 == 1:
        raise MalformedTokenError("", why="it is not base64url without padding")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def read_members(data: bytes, types: Mapping[str, str], owner: str, *, strict: bool) -> dict[str, Any]:
    """The members of a JSON object that Go's `owner` (`ClaimSet`, `Header`) reads; a missing or null one is left out.

    types: the Go type of each member. strict: as go-jose's json reads, which takes no name twice and tells small
    letters from capitals; encoding/json takes the last and does not tell.

    Raises MalformedTokenError, or UndecidedTokenError where it is nested deeper than Python reads.
    """
    pairs = _pairs(data, owner, strict)
    found: dict[str, Any] = {}
    wrong = ""
    for written, value in pairs:
        name = written if strict else written.lower()
        if value is None or name not in {*types, "jwk"}:
            continue
        if name in types and not _fits(value, types[name]):
            wrong = wrong or _mismatch(value, f"{owner}.{name}", types[name], strict=strict)
            continue
        found[name] = _plain(value)
    if wrong:
        raise MalformedTokenError("" if wrong == "?" else wrong, why="a member of it has the wrong type")
    return found


def _pairs(data: bytes, owner: str, strict: bool) -> list[tuple[str, Any]]:
    if _is_too_deep(data):
        if strict:
            raise UndecidedTokenError("it is nested so deep that it is not judged")
        raise MalformedTokenError("", why="it is nested deeper than 10,000 levels, which registries refuse to read")
    pairs: list[tuple[str, Any]] = []

    def keep(members: list[tuple[str, Any]]) -> dict[str, Any]:
        # The outermost object is closed last.
        pairs[:] = members
        if strict and (twice := _twice(members)) is not None:
            raise MalformedTokenError(f"json: duplicate key '{_plain(twice)}' in object")
        return dict(members)

    try:
        value = json.loads(
            data.decode("utf-8", "replace"),
            object_pairs_hook=keep,
            parse_float=_Number,
            parse_int=_Number,
            parse_constant=_refuse,
        )
    except RecursionError:
        raise UndecidedTokenError("it is nested so deep that it is not judged") from None
    except json.JSONDecodeError:
        raise MalformedTokenError(_syntax(data), why="it is not JSON") from None
    if isinstance(value, dict):
        return pairs
    if value is None:
        return []
    raise MalformedTokenError(f"json: cannot unmarshal {_kind(value)} into Go value of type token.{owner}")


def _twice(members: list[tuple[str, Any]]) -> str | None:
    seen: set[str] = set()
    for name, _ in members:
        if name in seen:
            return name
        seen.add(name)
    return None


def _refuse(constant: str) -> float:
    raise MalformedTokenError("", why=f"{constant} is not JSON")


def _syntax(data: bytes) -> str:
    """Go's words for the two plainest faults; empty for others."""
    bare = data.lstrip(b" \t\r\n")
    if not bare:
        return "unexpected end of JSON input"
    first = chr(bare[0])
    plain = first.isascii() and first.isprintable() and first not in "{[\"'-0123456789tfn\\"
    return f"invalid character '{first}' looking for beginning of value" if plain else ""


def _is_too_deep(data: bytes) -> bool:
    # What has few brackets is not deep, and looking costs time.
    if data.count(b"[") + data.count(b"{") <= _DEEPEST:
        return False
    level = 0
    for found in _BRACKET.finditer(data):
        if found[0] in b"[{":
            level += 1
        elif found[0] in b"]}":
            level -= 1
        if level > _DEEPEST:
            return True
    return False


def _fits(value: Any, type_: str) -> bool:
    match type_:
        case "string":
            return isinstance(value, str)
        case "int64":
            return isinstance(value, _Number) and _is_int64(value.literal)
        case "audience":
            # AudienceList takes a text or a list of texts.
            return isinstance(value, str) or _all_texts(value)
        case "[]string":
            return _all_texts(value)
        case "any":
            return True
        case _:
            return isinstance(value, list) and all(_is_access(entry) for entry in value)


def _is_int64(literal: str) -> bool:
    return _INTEGER.fullmatch(literal) is not None and -(1 << 63) <= int(literal) < 1 << 63


def _all_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str | None) for item in value)


def _is_access(entry: Any) -> bool:
    if entry is None:
        return True
    if not isinstance(entry, dict):
        return False
    actions = entry.get("actions")
    texts = (entry.get(name) for name in ("type", "class", "name"))
    return all(isinstance(text, str | None) for text in texts) and (actions is None or _all_texts(actions))


def _mismatch(value: Any, field: str, type_: str, *, strict: bool) -> str:
    """Go's words for a member of the wrong type; `?` where they are not known."""
    if type_ == "audience" or (isinstance(value, list) and type_.startswith("[]")):
        return "?"
    # The json of go-jose is older than the names of fields in these errors.
    into = "Go value" if strict else f"Go struct field {field}"
    return f"json: cannot unmarshal {_kind(value, whole=type_ == 'int64')} into {into} of type {type_}"


def _kind(value: Any, *, whole: bool = False) -> str:
    if isinstance(value, _Number):
        return f"number {value.literal}" if whole else "number"
    return next(name for name, kind in _KINDS.items() if isinstance(value, kind))


def _plain(value: Any) -> Any:
    match value:
        case _Number(literal):
            return int(literal) if _is_int64(literal) else 0
        case str():
            # Go puts U+FFFD for half a surrogate pair.
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_plain("" if item is None else item) for item in value]
        case _:
            return value


def three_parts(text: str) -> list[str]:
    """Header, claims and signature, still encoded. Raises MalformedTokenError."""
    parts = text.split(".")
    if len(parts) != 3:
        raise MalformedTokenError("", "parts", "it does not have three parts with dots between them")
    return parts
