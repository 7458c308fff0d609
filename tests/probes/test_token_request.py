"""A password goes to the realm where it may, and nowhere by the word of a challenge."""

from __future__ import annotations

import pytest

from regdoctor.distribution.scopes import Access
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http, TrustedCAs
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.token_request import TokenAnswer, request_token
from regdoctor.redaction import Secret
from regdoctor.target import Login

DOOR = Http(TrustedCAs(()))
SCOPES = (Access("repository", "a/b", ("pull",)),)
LOGIN = Login("me", Secret("canary-password", "password"))


def source(realm: str, scheme: str = "bearer", *, needed: bool = True, login: Login | None = LOGIN) -> TokenSource:
    return TokenSource(needed, "http://127.0.0.1:1", realm, "service", scheme, login)


@pytest.mark.parametrize("oauth2", [False, True])
@pytest.mark.parametrize(
    ("realm", "named"),
    [
        ("http://localhost:1/auth", None),
        ("http://localhost:1/auth", "127.0.0.1"),
        ("http://localhost:1/auth", "localhost:2"),
        ("http://localhost.example@127.0.0.2:1/auth", "localhost.example"),
        ("ftp://localhost/auth", "localhost"),
        ("", ""),
        ("http://[", "["),
    ],
)
def test_a_password_does_not_go_to_a_realm_that_was_not_named(realm: str, named: str | None, oauth2: bool) -> None:
    with pytest.raises(CouldNotGatherError, match="the password was not sent") as refused:
        request_token(DOOR, source(realm), SCOPES, oauth2=oauth2, send_to=named)
    assert "canary" not in str(refused.value)


def test_the_realms_host_and_port_may_be_named() -> None:
    for named in ("localhost", "LOCALHOST", "localhost:1"):
        got = request_token(DOOR, source("http://localhost:1/auth"), SCOPES, oauth2=False, send_to=named)
        assert got.realm.failure is not None
        assert (got.token, got.ping, got.login_refused) == (None, None, False)


def test_where_no_token_is_taken_none_is_asked_for() -> None:
    for no_tokens in (source("", needed=False), source("Registry", "basic")):
        with pytest.raises(NotApplicableError, match=r"there is no token|takes no tokens"):
            request_token(DOOR, no_tokens, SCOPES, oauth2=False, send_to=None)


def test_the_form_needs_a_login() -> None:
    with pytest.raises(CouldNotGatherError, match="needs a login"):
        request_token(DOOR, source("http://127.0.0.1:1/", login=None), SCOPES, oauth2=True, send_to=None)


def test_a_refusal_names_the_error_and_not_the_query() -> None:
    Secret("canary-password", "password")
    body = b'{"errors": [{"code": "DENIED", "message": "access forbidden for canary-password"}]}'
    answer = TokenAnswer(Exchange("GET", "https://h/jwt/auth?service=x", status=403, body=body), None, None)

    assert answer.login_refused
    assert answer.refusal.startswith("GET https://h/jwt/auth → 403")
    assert answer.refusal.endswith("DENIED access forbidden for [redacted password]")
