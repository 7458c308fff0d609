"""Asks the realm for a token as docker login does, and shows the token to the registry."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from regdoctor.distribution.errors import parse_errors
from regdoctor.distribution.scopes import Access, parse_scopes
from regdoctor.distribution.web_addresses import read_web_address
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.token_trials import refuses_login
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.oauth2_form import is_identity_token, knows_no_form, post_form
from regdoctor.probes.token_source import ask_realm, token_in
from regdoctor.redaction import Secret, redact

_DEADLINE = 10.0
"""Seconds for each request."""
_OAUTH_ERRORS = ("error", "error_description")
"""RFC 6749 section 5.2."""


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """What the realm gave, and what the registry said to it."""

    realm: Exchange
    token: Secret | None
    ping: Exchange | None
    """GET /v2/ with the token; None where there was none to show."""
    by_get: Exchange | None = None
    """What the realm answers to GET without a login, where it seems to know no POST; None where that was not asked."""

    @property
    def granted(self) -> tuple[Access, ...] | None:
        """What the service says that it granted (docs/spec/auth/oauth.md, `scope`); None where it does not say."""
        answer = self.realm.json()
        scope = answer.get("scope") if self.token and isinstance(answer, dict) else None
        return parse_scopes(scope) if isinstance(scope, str) else None

    @property
    def has_refresh_token(self) -> bool:
        """Whether a refresh token came with the token; it is remembered as a secret, and kept nowhere."""
        answer = self.realm.json()
        return self.token is not None and isinstance(answer, dict) and bool(answer.get("refresh_token"))

    @property
    def refusal(self) -> str:
        """Why there is no token, in one line."""
        said = redact("; ".join(self._errors()))
        return f"{_without_query(self.realm)}{f': {said}' if said else ''}{self._no_form()}"

    @property
    def login_refused(self) -> bool:
        """Whether the token service refused it to this login, or to one without a login."""
        return refuses_login(self.realm)

    def _errors(self) -> list[str]:
        found = [f"{error.code} {error.message}".strip() for error in parse_errors(self.realm.body)[:3]]
        answer = self.realm.json()
        if isinstance(answer, dict):
            found += [answer[name] for name in _OAUTH_ERRORS if isinstance(answer.get(name), str)]
        return [text[:300] for text in found]

    def _no_form(self) -> str:
        if self.by_get is None:
            return ""
        if self.by_get.status == self.realm.status:
            return (
                f"; GET of the same address gets {self.by_get.status} as well, so that it is not for want of the form"
            )
        return (
            f"; to GET the same address answers {self.by_get.status or 'nothing'}: it seems to know no OAuth2 form, as "
            "GitLab's token service does not, and an identity token or --oauth2 is of no use there"
        )


def request_token(
    door: Http,
    source: TokenSource,
    scopes: Sequence[Access],
    *,
    oauth2: bool,
    send_to: str | None,
    offline: bool = False,
) -> TokenAnswer:
    """Ask for these scopes and show the token, if one comes, to the registry with GET /v2/.

    oauth2: by the POST form, which an identity token always takes. offline: ask for a refresh token too, by that form.
    send_to: the host that the password may go to even where it is another than the registry's and TLS does not protect
    it.

    Raises NotApplicableError where the registry takes no tokens, CouldNotGatherError where the password must not be
    sent, with what to do about it.
    """
    if not source.needed:
        raise NotApplicableError(f"{source.registry} serves without credentials: there is no token to ask for")
    if source.scheme != "bearer":
        raise NotApplicableError(f"{source.registry} takes no tokens: it asks for {source.scheme} authentication")
    allowed = _consented(source, send_to)
    if allowed.login is not None and not allowed.password_may_go:
        raise CouldNotGatherError(_why_not(allowed))
    by_form = oauth2 or offline or (allowed.login is not None and is_identity_token(allowed.login))
    if by_form:
        realm = post_form(door, allowed, scopes, offline=offline, deadline=_DEADLINE)
    else:
        realm = ask_realm(door, allowed, scopes, deadline=_DEADLINE)
    token = token_in(realm)
    if token is None:
        anonymous = dataclasses.replace(allowed, login=None)
        by_get = ask_realm(door, anonymous, scopes, deadline=_DEADLINE) if knows_no_form(realm) else None
        return TokenAnswer(realm, None, None, by_get)
    ping = door.send("GET", f"{source.registry}/v2/", bearer=token, deadline=_DEADLINE)
    return TokenAnswer(realm, token, ping)


def _without_query(exchange: Exchange) -> str:
    """A query may hold anything; of the realm's it is the service and the scope, which are told anyway."""
    return dataclasses.replace(exchange, url=exchange.url.partition("?")[0]).quote().quote


def _consented(source: TokenSource, send_to: str | None) -> TokenSource:
    """The source; where the user named the realm's host for it, with the realm's host as one to trust as its own."""
    there = read_web_address(source.realm)
    if send_to is None or there is None or send_to.lower() not in (there.host, urlsplit(source.realm).netloc.lower()):
        return source
    return dataclasses.replace(source, registry=source.realm)


def _why_not(source: TokenSource) -> str:
    is_identity = source.login is not None and is_identity_token(source.login)
    kept = f"the {'identity token' if is_identity else 'password'} was not sent"
    there = read_web_address(source.realm)
    if there is None:
        return f"{kept}: {source.why_withheld}"
    return (
        f"{kept}: {source.why_withheld}, so that everybody on the way, and whoever wrote the challenge, could have it; "
        f"--send-credentials-to {there.host} would send it there in clear"
    )
