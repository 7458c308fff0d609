"""The OAuth2 form of a token service: by password, or with the identity token that docker login stored."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from regdoctor.distribution.scopes import Access
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError
from regdoctor.target import Login

CLIENT = "regdoctor"
"""The `client_id`, by which a token service's own log tells who asked."""
_HEADERS = (("Content-Type", "application/x-www-form-urlencoded"),)
_NO_FORM = (404, 405, 501)


def post_form(
    door: Http, source: TokenSource, scopes: Sequence[Access], *, offline: bool = False, deadline: float = 10.0
) -> Exchange:
    """POST the realm for these scopes, with the login (distribution, docs/spec/auth/oauth.md, "Getting a token").

    An identity token goes as `refresh_token`; anything else is a name and a password. offline: ask for a refresh token
    too (`access_type`), which only a password gets. deadline: seconds.

    Raises CouldNotGatherError where there is no login, and rather than send one where it does not belong.
    """
    if source.login is None:
        raise CouldNotGatherError("the OAuth2 form needs a login (--username, --password-stdin)")
    if not source.password_may_go:
        what = "identity token" if source.login.is_identity_token else "password"
        raise CouldNotGatherError(f"the {what} was not sent: {source.why_withheld}")
    form = [("service", source.service), ("client_id", CLIENT), *_grant(source.login)]
    form += [("scope", " ".join(scope.scope for scope in scopes))] if scopes else []
    form += [("access_type", "offline")] if offline else []
    return door.send("POST", source.realm, headers=_HEADERS, body=urlencode(form).encode(), deadline=deadline)


def knows_no_form(answer: Exchange) -> bool:
    """Whether it is what a token service answers to POST that knows GET alone.

    404 by the same document; GitLab's /jwt/auth answers so (spec/requests/jwt_controller_spec.rb). A realm that leads
    nowhere answers 404 too: only what GET gets there tells the two apart.
    """
    return answer.method == "POST" and answer.status in _NO_FORM


def _grant(login: Login) -> list[tuple[str, str]]:
    if login.is_identity_token:
        return [("grant_type", "refresh_token"), ("refresh_token", login.password.reveal())]
    return [("grant_type", "password"), ("username", login.username), ("password", login.password.reveal())]
