"""The claims of a token held against what a registry wants: issuer, audience, time; in each product's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from regdoctor.distribution.durations import duration
from regdoctor.distribution.go_formats import logged_field, moment_of, quoted, written_moment
from regdoctor.distribution.token_keys import TrustedKey

LEEWAY = 60
"""Seconds that a token is taken before `nbf` and after `exp` (registry/auth/token/token.go Leeway, since 2.6)."""
_UNTOLD = "error authorizing context: invalid token"
"""What each refusal logs besides its own line; what is left where that cannot be foretold."""


@dataclass(frozen=True)
class TokenTrust:
    """What a registry wants of a token; what is not known of it is None, or no keys."""

    keys: tuple[TrustedKey, ...] = ()
    issuer: str | None = None
    service: str | None = None
    algorithms: tuple[str, ...] | None = ()
    """auth.token.signingalgorithms, which distribution 3 alone knows; none where its default holds."""
    unread: str = ""
    """Why some of its keys are not known; empty where all are."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One test that the token does not pass."""

    line: str
    """As distribution logs it."""
    gitlab_line: str
    """As GitLab's registry logs it: the message, then its fields as logrus' text format writes them."""
    mode: str
    why: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """One test that cannot be made."""

    why: str


Step = Refusal | Doubt | None
"""What one test makes of a token; None where it passes."""


def judge_claims(claims: Mapping[str, Any], trust: TokenTrust, now: float, *, listed: bool) -> Iterator[Step]:
    """Issuer, audience, exp and nbf, in the order in which every product tests them (token.go, Verify).

    now: seconds since the epoch. listed: whether the product prints the audience as a list, as distribution 3 does.
    """
    yield _issuer(str(claims.get("iss", "")), trust.issuer)
    yield _audience(claims.get("aud", []), trust.service, listed=listed)
    yield _expiry(claims, now)
    yield _start(claims, now)


def _issuer(issuer: str, wanted: str | None) -> Step:
    if wanted is None:
        return Doubt("the issuer that the registry trusts is not known")
    if issuer == wanted:
        return None
    line = "token from untrusted issuer"
    fields = f"{logged_field('issuer', issuer)} {logged_field('trusted_issuers', f'[{wanted}]')}"
    why = f"its iss is {quoted(issuer)}, and the registry trusts {quoted(wanted)}"
    return Refusal(f"{line}: {quoted(issuer)}", f"{line} {fields}", "AUTH-05", why)


def _audience(audience: str | list[str], wanted: str | None, *, listed: bool) -> Step:
    if wanted is None:
        return Doubt("the service of the registry is not known")
    named = [audience] if isinstance(audience, str) else audience
    if wanted in named:
        return None
    line = "token intended for another audience"
    written = f"[{' '.join(named)}]"
    fields = f"{logged_field('accepted_audiences', f'[{wanted}]')} {logged_field('audience', written)}"
    shown = written if listed else quoted(" ".join(named))
    why = f"its aud is {', '.join(quoted(name) for name in named) or 'missing'}, and the service is {quoted(wanted)}"
    return Refusal(f"{line}: {shown}", f"{line} {fields}", "AUTH-06", why)


def _expiry(claims: Mapping[str, Any], now: float) -> Refusal | None:
    until = moment_of(claims.get("exp", 0) + LEEWAY)
    if now <= until:
        return None
    ended = f"it expired {duration(now - (until - LEEWAY))} ago"
    why = ended if "exp" in claims else "it has no exp, which registries read as 1970"
    return _out_of_time("after", "token has expired", "valid_until", until, now, "AUTH-09", why)


def _start(claims: Mapping[str, Any], now: float) -> Refusal | None:
    since = moment_of(claims.get("nbf", 0) - LEEWAY)
    if now >= since:
        return None
    why = f"it is good only in {duration(since + LEEWAY - now)}: the issuer's clock is ahead, or this one behind"
    return _out_of_time("before", "token used before time", "valid_after", since, now, "AUTH-08", why)


def _out_of_time(word: str, said: str, field: str, limit: int, now: float, mode: str, why: str) -> Refusal:
    written, current = written_moment(limit), written_moment(now)
    if written is None or current is None:
        return Refusal(_UNTOLD, said, mode, why)
    line = f"token not to be used {word} {written} - currently {current}"
    return Refusal(line, f"{said} {logged_field(field, written)}", mode, why)
