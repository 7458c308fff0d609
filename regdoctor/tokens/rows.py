"""Header and claims of a token as rows of a name and its words, in the order in which people ask for them."""

from __future__ import annotations

import json
from typing import Any

from regdoctor.distribution.durations import duration
from regdoctor.distribution.token_verdicts import key_id_kind
from regdoctor.foreign_text import clean
from regdoctor.tokens.inspection import Inspection
from regdoctor.tokens.plain_words import access_in_words, listed, moment

_MOST = 20
"""Claims of other names, and audiences, that are shown."""
_SHOWN = frozenset({"iss", "aud", "sub", "iat", "nbf", "exp", "access", "jti"})


def rows(seen: Inspection) -> list[tuple[str, str]]:
    """Everything that is known of the token; each text redacted, in one line and of bounded length."""
    return [*_header(seen), *_signature(seen), *_claims(seen)]


def kid_in_words(seen: Inspection) -> str:
    """The kid with its kind, and which of the trusted keys it names; empty without one."""
    kid = (seen.parts.header or {}).get("kid")
    if not isinstance(kid, str):
        return "" if kid is None else f"{_value(kid)} (not text)"
    words = f"{clean(kid)} ({key_id_kind(kid)})"
    if not seen.trust.keys:
        return words
    named = list(dict.fromkeys(clean(key.source) for key in seen.named_keys))
    return f"{words}, names the key of {listed(named)}" if named else f"{words}, names no key that is trusted"


def signature_in_words(seen: Inspection) -> str:
    """Whether it verifies, and with which key; without a piece of it."""
    if not seen.parts.signed:
        return "none"
    key = seen.signed_by
    if key is not None:
        return f"verifies with the key of {clean(key.source)}"
    if seen.signed_by_carried:
        return "verifies with the key that it carries itself"
    count = len(seen.trust.keys)
    if not count:
        return "not verified: no key is known (--cert FILE, --jwks FILE)"
    return (
        f"does not verify with {'the one key that is' if count == 1 else f'any of the {count} keys that are'} trusted"
    )


def _header(seen: Inspection) -> list[tuple[str, str]]:
    header = seen.parts.header
    if header is None:
        return [("header", "cannot be read")]
    found = [("algorithm", _value(header.get("alg"))), ("key ID", kid_in_words(seen) or "none")]
    carried = [name for name in ("x5c", "jwk") if header.get(name)]
    if not carried:
        return found
    return [*found, ("carries", f"its own key ({listed(carried)}), which registries look at before the key ID")]


def _signature(seen: Inspection) -> list[tuple[str, str]]:
    return [("signature", signature_in_words(seen))]


def _claims(seen: Inspection) -> list[tuple[str, str]]:
    claims = seen.parts.claims
    if claims is None:
        return [("claims", "cannot be read")]
    found = [
        ("issuer", _against(_value(claims.get("iss")), seen.trust.issuer)),
        ("audience", _against(_audience(claims.get("aud")), seen.trust.service)),
        ("subject", _value(claims.get("sub"))),
        ("issued", _moment(claims.get("iat"), seen.now)),
        ("not before", _moment(claims.get("nbf"), seen.now)),
        ("expires", _moment(claims.get("exp"), seen.now)),
    ]
    if lifetime := lifetime_in_words(seen):
        found.append(("lifetime", lifetime))
    if seen.read is None:
        found += [("malformed", seen.unreadable), ("access", _value(claims.get("access")))]
    else:
        found += [("access", line) for line in access_in_words(seen.access) or ["none: it only logs in"]]
    found.append(("token ID", _value(claims.get("jti"))))
    others = [name for name in claims if name not in _SHOWN]
    found += [(clean(name), _value(claims[name])) for name in others[:_MOST]]
    return [*found, ("more claims", f"{len(others) - _MOST:,}")] if len(others) > _MOST else found


def lifetime_in_words(seen: Inspection) -> str:
    """From `iat`, or `nbf` without one, to `exp`; empty where that cannot be told."""
    read = seen.read
    begins = None if read is None else read.issued if read.issued is not None else read.not_before
    if read is None or read.expires is None or begins is None:
        return ""
    seconds = read.expires - begins
    return duration(seconds) if seconds > 0 else "none: it expires before it begins"


def _against(found: str, trusted: str | None) -> str:
    if trusted is None or found == clean(trusted):
        return found
    return f"{found} (the registry wants {clean(trusted)})"


def _audience(value: Any) -> str:
    if isinstance(value, list):
        return f"a list: {', '.join(_value(item) for item in value[:_MOST]) or 'empty'}"
    return _value(value)


def _moment(value: Any, now: float) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15:
        return moment(float(value), now)
    return "not said" if value is None else f"{_value(value)} (not a time in seconds)"


def _value(value: Any) -> str:
    match value:
        case None:
            return "not said"
        case str():
            return clean(value) or "empty"
        case int() if abs(value) >= 1 << 64:
            return "a number that is too large"
        case _:
            return clean(json.dumps(value, ensure_ascii=False))
