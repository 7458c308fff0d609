"""An identity token that docker login stored: to the token service by the OAuth2 form, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from regdoctor.check import Quote
from regdoctor.distribution.tokens import Access
from regdoctor.evidence.answers import Ping, PublicAnswer
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.login_source import LoginSource
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probes.token_source import ask_realm
from regdoctor.probes.token_source import token_source as source_of
from regdoctor.probes.token_trials import token_trials
from regdoctor.redaction import Secret
from regdoctor.target import Login, Target

STORED = Login("", Secret("canary-identity-1f7", "token"), "/root/config.json", is_identity_token=True)


def test_it_goes_to_the_realm_as_a_refresh_token_by_post(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (200, {}, b'{"access_token": "opaque-token"}'))
    source = TokenSource(True, server.url, f"{server.url}/jwt/auth", "r", login=STORED)

    answer = ask_realm(door, source, (Access("repository", "a/b", ("pull",)),))

    assert (answer.status, server.seen[0].method) == (200, "POST")
    assert "Authorization" not in server.seen[0].headers
    form = parse_qs(server.seen[0].body.decode())
    assert (form["grant_type"], form["refresh_token"]) == (["refresh_token"], ["canary-identity-1f7"])
    assert "canary-identity-1f7" not in repr(answer)


def test_one_that_is_no_longer_good_is_a_login_that_is_denied(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (400, {}, b'{"error": "invalid_grant"}'))
    source = TokenSource(True, server.url, f"{server.url}/jwt/auth", "r", login=STORED)
    public = Endpoint(server.url, Quote("", ""))

    found = token_trials.gather(Endpoints(public, None, None, None), source, Absent("not looked"), door)

    (trial,) = found.trials
    assert (trial.anonymous, trial.login_denied) == (False, True)


def test_a_registry_that_wants_a_name_and_a_password_does_not_get_it() -> None:
    headers = (("WWW-Authenticate", 'Basic realm="Registry"'), ("Docker-Distribution-Api-Version", "registry/2.0"))
    exchange = Exchange("GET", "https://r.example.com/v2/", status=401, headers=headers, body=b"{}")
    ping = Ping(Endpoint("https://r.example.com", Quote("", "")), exchange)
    none = Absent("not there")

    found = source_of.gather(Target(), PublicAnswer(ping), none, none, none, none, none, LoginSource(STORED))

    assert isinstance(found, TokenSource)
    assert found.login is None
    assert "is for a token service" in found.why_no_login
