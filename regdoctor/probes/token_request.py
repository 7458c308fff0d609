"""Asks the realm for a token as docker login does, and shows the token to the registry."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from regdoctor.distribution.errors import parse_errors
from regdoctor.distribution.tokens import Access
from regdoctor.distribution.web_addresses import read_web_address
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.token_source import ask_realm, token_in
from regdoctor.redaction import Secret, redact

_DEADLINE = 10.0
"""Seconds for each request."""
_CLIENT = "regdoctor"


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """What the realm gave, and what the registry said to it."""

    realm: Exchange
    token: Secret | None
    ping: Exchange | None
    """GET /v2/ with the token; None where there was none to show."""

    @property
    def refusal(self) -> str:
        """Why there is no token, in one line."""
        errors = "; ".join(f"{error.code} {error.message}".strip() for error in parse_errors(self.realm.body)[:3])
        quote = dataclasses.replace(self.realm, url=self.realm.url.partition("?")[0]).quote().quote
        return f"{quote}{f': {redact(errors)}' if errors else ''}"

    @property
    def login_refused(self) -> bool:
        """Whether the token service refused it to this login, or to one without a login."""
        return self.realm.status in (401, 403)


def request_token(
    door: Http, source: TokenSource, scopes: Sequence[Access], *, oauth2: bool, send_to: str | None
) -> TokenAnswer:
    """Ask for these scopes and show the token, if one comes, to the registry with GET /v2/.

    oauth2: by the POST form (distribution, docs/spec/auth/oauth.md). send_to: the host that the password may go to
    even where it is another than the registry's and TLS does not protect it.

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
    realm = _post(door, allowed, scopes) if oauth2 else ask_realm(door, allowed, scopes, deadline=_DEADLINE)
    token = token_in(realm)
    if token is None:
        return TokenAnswer(realm, None, None)
    ping = door.send("GET", f"{source.registry}/v2/", bearer=token, deadline=_DEADLINE)
    return TokenAnswer(realm, token, ping)


def _consented(source: TokenSource, send_to: str | None) -> TokenSource:
    """The source; where the user named the realm's host for it, with the realm's host as one to trust as its own."""
    there = read_web_address(source.realm)
    if send_to is None or there is None or send_to.lower() not in (there.host, urlsplit(source.realm).netloc.lower()):
        return source
    return dataclasses.replace(source, registry=source.realm)


def _why_not(source: TokenSource) -> str:
    there = read_web_address(source.realm)
    if there is None:
        return f"the password was not sent: the realm {source.realm[:200]!r} is no address with http:// or https://"
    return (
        f"the password was not sent: the realm http://{there.host}:{there.port} is not HTTPS and not the registry's "
        "own host, so that everybody on the way, and whoever wrote the challenge, could have it; "
        f"--send-credentials-to {there.host} would send it there in clear"
    )


def _post(door: Http, source: TokenSource, scopes: Sequence[Access]) -> Exchange:
    if source.login is None:
        raise CouldNotGatherError("the OAuth2 form needs a login (--username, --password-stdin)")
    form = {
        "grant_type": "password",
        "service": source.service,
        "client_id": _CLIENT,
        "scope": " ".join(scope.scope for scope in scopes),
        "username": source.login.username,
        "password": source.login.password.reveal(),
    }
    headers = (("Content-Type", "application/x-www-form-urlencoded"),)
    return door.send("POST", source.realm, headers=headers, body=urlencode(form).encode(), deadline=_DEADLINE)
