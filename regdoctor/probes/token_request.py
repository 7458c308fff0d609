"""Asks the realm for a token as docker login does, and shows the token to the registry."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from regdoctor.distribution.scopes import Access
from regdoctor.evidence.token_answers import TokenAnswer
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.probe import NotApplicableError
from regdoctor.probes.oauth2_form import knows_no_form, post_form
from regdoctor.probes.token_source import ask_realm, token_in

_DEADLINE = 10.0
"""Seconds for each request."""


def request_token(
    door: Http,
    source: TokenSource,
    scopes: Sequence[Access],
    *,
    oauth2: bool,
    offline: bool = False,
) -> TokenAnswer:
    """Ask for these scopes and show the token, if one comes, to the registry with GET /v2/.

    oauth2: by the POST form, which an identity token always takes. offline: ask for a refresh token too, by that form.

    Raises NotApplicableError where the registry takes no tokens, CouldNotGatherError where the password must not be
    sent, with what to do about it.
    """
    if not source.needed:
        raise NotApplicableError(f"{source.registry} serves without credentials: there is no token to ask for")
    if source.scheme != "bearer":
        raise NotApplicableError(f"{source.registry} takes no tokens: it asks for {source.scheme} authentication")
    if oauth2 or offline or (source.login is not None and source.login.is_identity_token):
        realm = post_form(door, source, scopes, offline=offline, deadline=_DEADLINE)
    else:
        realm = ask_realm(door, source, scopes, deadline=_DEADLINE)
    token = token_in(realm)
    if token is None:
        anonymous = dataclasses.replace(source, login=None)
        by_get = ask_realm(door, anonymous, scopes, deadline=_DEADLINE) if knows_no_form(realm) else None
        return TokenAnswer(realm, None, None, by_get)
    ping = door.send("GET", f"{source.registry}/v2/", bearer=token, deadline=_DEADLINE)
    return TokenAnswer(realm, token, ping)
