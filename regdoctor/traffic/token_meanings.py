"""What a call of a token service meant."""

from __future__ import annotations

from collections.abc import Sequence

from regdoctor.distribution.page_authors import is_page
from regdoctor.distribution.scopes import Access
from regdoctor.distribution.tokens import Token
from regdoctor.evidence.call import Call
from regdoctor.traffic.refusals import refusal
from regdoctor.traffic.token_requests import asked_access
from regdoctor.traffic.wording import scope_words, span

_LISTED = 2
"""Scopes that a sentence names."""
_DEFAULT_LIFE = 60
"""Seconds that a token is good for where nothing says so (distribution, docs/spec/auth/token.md)."""
_ASKED = "the token service"


def meaning(call: Call, status: int, normal: bool) -> str:
    """What a token service answered: `a token for repository:group/app:pull,push, good for 5 minutes`."""
    if status < 300:
        if call.exchange.body and is_page(call.exchange.headers, call.exchange.body):
            return "a page for people in the place of a token"
        return _token(call, normal)
    if normal:
        return "the token service takes no POST; clients then ask it by GET"
    if status < 400:
        return f"the token service sends the client elsewhere with {status}"
    if status == 401 and call.recorded.shown is None:
        return "the token service gives no token without a login"
    if status == 401:
        return "the token service refuses the login"
    return refusal(call, status, _ASKED, "the token")


def _token(call: Call, normal: bool) -> str:
    token = call.recorded.given.token if call.recorded.given else None
    life = _life(call, token)
    good = f", good for {span(life)}" if life is not None and life > 0 else ""
    asked = asked_access(call.exchange.url)
    if call.recorded.given is None and token is None and not _has_token(call):
        return "an answer without a token"
    if token is None:
        return f"a token{_for(asked)}{good}"
    granted = [access for access in token.access if access.actions]
    if granted:
        return f"a token for {_listed(granted)}{good}"
    if not normal:
        return f"a token that grants nothing of {_listed(asked)}{good}"
    return f"a token for the login alone, which grants nothing{good}"


def _for(scopes: Sequence[Access]) -> str:
    return f" for {_listed(scopes)}" if scopes else ""


def _listed(scopes: Sequence[Access]) -> str:
    named = " and ".join(scope_words(scope) for scope in scopes[:_LISTED])
    more = len(scopes) - _LISTED
    return f"{named} and {more} more" if more > 0 else named


def _life(call: Call, token: Token | None) -> float | None:
    """Seconds, by the token's own times, else as the answer says; None where its times do not tell."""
    if token is not None and token.expires is not None:
        begun = token.issued if token.issued is not None else token.not_before
        return token.expires - begun if begun is not None else None
    document = call.exchange.json()
    said = document.get("expires_in") if isinstance(document, dict) else None
    if isinstance(said, int | float) and not isinstance(said, bool) and 0 < said < 1e10:
        return float(said)
    return _DEFAULT_LIFE if token is None and document is not None and said is None else None


def _has_token(call: Call) -> bool:
    document = call.exchange.json()
    return isinstance(document, dict) and bool(document.get("token") or document.get("access_token"))
