"""A password goes to the realm where it may, and nowhere by the word of a challenge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.distribution.scopes import Access
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http, TrustedCAs
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.token_request import request_token
from regdoctor.redaction import Secret, redact
from regdoctor.target import Login
from regdoctor.tokens.request_words import refusal_in_words

DOOR = Http(TrustedCAs(()))
SCOPES = (Access("repository", "a/b", ("pull",)),)
LOGIN = Login("me", Secret("canary-password", "password"))


def source(
    realm: str, scheme: str = "bearer", *, needed: bool = True, login: Login | None = LOGIN, consented: str = ""
) -> TokenSource:
    return TokenSource(needed, "http://127.0.0.1:1", realm, "service", scheme, login, consented=consented)


@pytest.mark.parametrize("oauth2", [False, True])
@pytest.mark.parametrize(
    ("realm", "named"),
    [
        ("http://localhost:1/auth", ""),
        ("http://localhost:1/auth", "127.0.0.1"),
        ("http://localhost:1/auth", "localhost:2"),
        ("http://localhost.example@127.0.0.2:1/auth", "localhost.example"),
        ("ftp://localhost/auth", "localhost"),
        ("", ""),
        ("http://[", "["),
    ],
)
def test_a_password_does_not_go_to_a_realm_that_was_not_named(realm: str, named: str, oauth2: bool) -> None:
    with pytest.raises(CouldNotGatherError, match="the password was not sent") as refused:
        request_token(DOOR, source(realm, consented=named), SCOPES, oauth2=oauth2)
    assert "canary" not in str(refused.value)


def test_the_realms_host_and_port_may_be_named() -> None:
    for named in ("localhost", "LOCALHOST", "localhost:1"):
        got = request_token(DOOR, source("http://localhost:1/auth", consented=named), SCOPES, oauth2=False)
        assert got.realm.failure is not None
        assert (got.token, got.ping, got.login_refused) == (None, None, False)


def test_where_no_token_is_taken_none_is_asked_for() -> None:
    for no_tokens in (source("", needed=False), source("Registry", "basic")):
        with pytest.raises(NotApplicableError, match=r"there is no token|takes no tokens"):
            request_token(DOOR, no_tokens, SCOPES, oauth2=False)


def test_the_form_needs_a_login() -> None:
    with pytest.raises(CouldNotGatherError, match="needs a login"):
        request_token(DOOR, source("http://127.0.0.1:1/", login=None), SCOPES, oauth2=True)


def realm_of(serve: Callable[..., Any], posted: tuple[int, bytes], got: int = 200) -> Any:
    """A token service with this answer to POST, which gives a token to none who asks by GET."""

    def route(seen: Any) -> tuple[int, dict[str, str], bytes]:
        status, body = posted if seen.method == "POST" else (got, b"{}")
        return status, {"Content-Type": "application/json"}, body

    return serve(route)


@pytest.mark.parametrize("status", [404, 405])
def test_a_service_that_knows_no_form_is_told_by_what_it_answers_to_get(serve: Callable[..., Any], status: int) -> None:
    server = realm_of(serve, (status, b""))
    identity = Login("", Secret("canary-identity", "token"), "config.json", is_identity_token=True)

    got = request_token(DOOR, source(f"{server.url}/auth", login=identity), SCOPES, oauth2=False)

    assert [one.method for one in server.seen] == ["POST", "GET"]
    assert "Authorization" not in server.seen[1].headers
    assert "canary-identity" not in server.seen[1].path + refusal_in_words(got)
    assert f"→ {status}, empty body" in refusal_in_words(got)
    assert "; to GET the same address answers 200: it seems to know no OAuth2 form" in refusal_in_words(got)
    assert not got.login_refused


def test_where_get_is_answered_alike_the_form_is_not_blamed(serve: Callable[..., Any]) -> None:
    server = realm_of(serve, (404, b""), 404)

    got = request_token(DOOR, source(f"{server.url}/auth"), SCOPES, oauth2=True)

    assert refusal_in_words(got).endswith(
        "; GET of the same address gets 404 as well, so that it is not for want of the form"
    )


@pytest.mark.parametrize(
    ("status", "error", "refused"),
    [(400, "invalid_grant", True), (401, "invalid_client", True), (400, "unsupported_grant_type", False)],
)
def test_errors_of_the_form_are_told_in_their_own_words(
    serve: Callable[..., Any], status: int, error: str, refused: bool
) -> None:
    server = realm_of(serve, (status, f'{{"error": "{error}", "error_description": "no", "x": 1}}'.encode()))

    got = request_token(DOOR, source(f"{server.url}/auth"), SCOPES, oauth2=True)

    assert (got.login_refused, got.token, len(server.seen)) == (refused, None, 1)
    assert refusal_in_words(got).endswith(f": {error}; no")


def test_what_the_form_says_beside_the_token_is_read(serve: Callable[..., Any]) -> None:
    body = b'{"access_token": "opaque-canary", "refresh_token": "again-9f3c1e77b0d2", "scope": "repository:a/b:pull"}'
    server = realm_of(serve, (200, body))

    got = request_token(DOOR, source(f"{server.url}/auth"), SCOPES, oauth2=False, offline=True)

    assert b"access_type=offline" in server.seen[0].body
    assert got.token == Secret("opaque-canary", "token")
    assert (got.has_refresh_token, got.granted) == (True, (Access("repository", "a/b", ("pull",)),))
    assert "[redacted" in redact("again-9f3c1e77b0d2")


@pytest.mark.parametrize("body", [b'{"token": "t-canary", "scope": 5}', b'{"token": "t-canary"}'])
def test_a_service_that_does_not_say_what_it_granted(serve: Callable[..., Any], body: bytes) -> None:
    got = request_token(DOOR, source(realm_of(serve, (200, body)).url), SCOPES, oauth2=True)
    assert (got.granted, got.has_refresh_token) == (None, False)


def test_an_identity_token_does_not_go_to_a_realm_that_was_not_named() -> None:
    identity = Login("", Secret("canary-identity", "token"), "config.json", is_identity_token=True)
    with pytest.raises(CouldNotGatherError, match="the identity token was not sent: the realm") as refused:
        request_token(DOOR, source("http://localhost:1/auth", login=identity), SCOPES, oauth2=False)
    assert "--send-credentials-to localhost would send it there in clear" in str(refused.value)
