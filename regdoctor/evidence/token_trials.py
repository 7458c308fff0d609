"""Tokens that were tried at the registry."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.distribution.challenges import parse_challenges
from regdoctor.distribution.errors import parse_errors
from regdoctor.distribution.tokens import Token
from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.foreign_text import short

MOST_STEPS = 10
"""How often Go's net/http goes on after a redirect (Client.CheckRedirect: `stopped after 10 redirects`)."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One token, where it came from, and what the registry said to it."""

    source: str
    """How it was got, in words that follow "a token"."""
    issued_by_gitlab: bool
    """False where it was signed here, with GitLab's key."""
    realm: Exchange | None
    """The token service's answer; None for a token signed here."""
    token: Token | None
    """Header and claims; None where the realm gave none, or what it gave is no token that can be read."""
    ping: Exchange | None
    """GET /v2/ with the token; None where there was none to try."""
    repeats: tuple[Exchange, ...] = ()
    """The same again, each on a connection of its own; where the name has several addresses, at each of them in turn:
    `peer` tells which."""
    withheld: str = ""
    """Why the password was kept from the token service, in words; the trial went without it then. Empty else."""
    over_tls: Exchange | None = None
    """The token service asked again by https, without the password, where the realm says http and the registry has
    https; None else."""
    by_get: Exchange | None = None
    """The same asked by GET without the login, where the service knows no OAuth2 form (POST); None else."""

    followed: Exchange | None = None
    """What GET without the login is answered where the service sends clients on to at last; None where it does not, or
    where it leads to what is not asked."""
    steps: int = 0
    """How often it sends clients on, as far as that was followed: MOST_STEPS at most."""
    at_gitlabs_path: Exchange | None = None
    """Where a page answered at the realm: what GET without the login is answered at the same host's /jwt/auth; None
    where the realm is that path."""

    @property
    def asked(self) -> Exchange | None:
        """The answer that tells of the token service: that to GET, where it knows no OAuth2 form."""
        return self.by_get or self.realm

    @property
    def gitlab_answers(self) -> bool:
        """Whether GitLab's own path of the realm's host gives a token, or refuses one in a token service's words."""
        look = self.at_gitlabs_path
        told = look.json() if look is not None else None
        if look is None or not isinstance(told, dict):
            return False
        denied = any(error.code in ("DENIED", "UNAUTHORIZED") for error in parse_errors(look.body))
        return (look.status == 200 and isinstance(told.get("token"), str)) or (look.status in (401, 403) and denied)

    @property
    def anonymous(self) -> bool:
        """Whether the token service gave the token to one who did not log in."""
        if self.realm is not None and self.realm.method == "POST":
            return False  # the OAuth2 form carries the login in its body
        headers = self.realm.request_headers if self.realm else ()
        return self.issued_by_gitlab and not any(name.lower() == "authorization" for name, _ in headers)

    @property
    def called_invalid(self) -> bool:
        """Whether the registry's challenge says that the token is no good (RFC 6750 section 3.1, `invalid_token`)."""
        challenges = parse_challenges(self.ping.header_all("WWW-Authenticate")) if self.ping else ()
        return any(challenge.error == "invalid_token" for challenge in challenges)

    @property
    def login_denied(self) -> bool:
        """Whether the token service refused the login itself."""
        return not self.anonymous and self.realm is not None and refuses_login(self.realm)

    @property
    def mixed(self) -> bool:
        """Whether the same token was taken by some of the answers, and called no good by others.

        401 alone counts: a registry that answers 400 to a token that it refuses (ECR Public does) shows no mixture.
        """
        statuses = {exchange.status for exchange in self.shown}
        return 200 in statuses and 401 in statuses

    @property
    def shown(self) -> tuple[Exchange, ...]:
        """Every GET /v2/ with the token."""
        return (*((self.ping,) if self.ping else ()), *self.repeats)

    @property
    def tls_answers(self) -> bool:
        """Whether TLS is spoken where the realm's http would have https; whose certificate it is does not matter."""
        look = self.over_tls
        if look is None:
            return False
        refused_by_us = look.failure is not None and look.failure.kind is FailureKind.TLS and not look.failure.not_tls
        return look.status is not None or refused_by_us

    @property
    def refused(self) -> bool:
        """Whether the registry refused a token that was issued to it.

        401 alone does not say so of a token that was given without a login: Harbor answers that to GET /v2/ of one
        who did not log in, however good the token. Nor of one that was signed here without knowing GitLab's issuer,
        nor of one that was asked for without the login because that was withheld: it is not what a login gets.
        """
        if self.ping is None or self.ping.status != 401 or self.withheld:
            return False
        if self.anonymous:
            return self.called_invalid
        return self.issued_by_gitlab or (self.token is not None and bool(self.token.issuer))


@dataclass(frozen=True, slots=True)
class TokenTrials:
    """All of them, those that GitLab issued first, and the challenge that they answer."""

    trials: tuple[Trial, ...]
    registry: str = ""
    """The address whose challenge it was."""
    realm: str = ""
    """As the challenge has it: whatever the registry, or whoever answered for it, wrote there."""
    service: str = ""

    @property
    def realm_in_words(self) -> str:
        """The realm for people: one line, without its query, cut after 120 characters."""
        return short(self.realm.partition("?")[0])

    @property
    def issued(self) -> Trial | None:
        """The trial whose token the token service was asked for; None where it could not be asked."""
        return next((trial for trial in self.trials if trial.issued_by_gitlab), None)


def refuses_login(answer: Exchange) -> bool:
    """Whether a token service refuses who asks.

    That is 401 (RFC 7617), 403 with a reason of its own (GitLab: DENIED), or to the OAuth2 form 400 `invalid_grant`
    (RFC 6749 section 5.2). A 403 without one may be a firewall's, or a ban's, and says nothing of the password.
    """
    if answer.status == 400:
        told = answer.json() if answer.method == "POST" else None
        return isinstance(told, dict) and told.get("error") == "invalid_grant"
    return answer.status == 401 or (answer.status == 403 and _gives_a_reason(answer))


def is_turned_away(answer: Exchange) -> bool:
    """Whether somebody before the token service sends the request away, whatever the login.

    A firewall, a limit of requests (429), a test for browsers, or GitLab's ban after failed logins (rack-attack: 403,
    `Forbidden`, text/plain).
    """
    refused = answer.status == 429 or (answer.status == 403 and not _gives_a_reason(answer))
    return refused or tests_for_a_browser(answer)


def tests_for_a_browser(answer: Exchange) -> bool:
    """Whether it is a test that browsers alone pass: Cloudflare's (cf-mitigated: challenge), AWS WAF's
    (x-amzn-waf-action: challenge or captcha).
    """
    by_cloudflare = (answer.header("cf-mitigated") or "").strip().lower() == "challenge"
    return by_cloudflare or (answer.header("x-amzn-waf-action") or "").strip().lower() in ("challenge", "captcha")


def _gives_a_reason(answer: Exchange) -> bool:
    """Whether it is a refusal in the registry's words, in OAuth2's (`error`) or in Docker Hub's (`details`)."""
    told = answer.json()
    in_words = isinstance(told, dict) and any(isinstance(told.get(name), str) for name in ("error", "details"))
    return in_words or bool(parse_errors(answer.body))
