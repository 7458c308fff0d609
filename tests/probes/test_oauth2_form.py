"""The OAuth2 form is filled in as the specification says, and goes where a password may go alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest

from regdoctor.distribution.scopes import Access
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.oauth2_form import knows_no_form, post_form
from regdoctor.redaction import Secret
from regdoctor.target import Login

CANARY = "canary & of=a+password"
SCOPES = (Access("repository", "a/b", ("pull", "push")), Access("repository", "c", ("pull",)))
PASSWORD = Login("me", Secret(CANARY, "password"))
IDENTITY = Login("", Secret(CANARY, "token"), is_identity_token=True)


def source(realm: str, login: Login | None) -> TokenSource:
    return TokenSource(True, "http://127.0.0.1:1", realm, "container_registry", "bearer", login)


@pytest.fixture
def form(serve: Callable[..., Any], door: Http) -> Callable[..., dict[str, list[str]]]:
    """Sends the form and gives what came."""

    def send(login: Login, scopes: tuple[Access, ...] = SCOPES, *, offline: bool = False) -> dict[str, list[str]]:
        server = serve(lambda _: (200, {"Content-Type": "application/json"}, b"{}"))
        exchange = post_form(door, source(f"{server.url}/auth?a=b", login), scopes, offline=offline)
        (seen,) = server.seen
        assert (seen.method, seen.path, exchange.status) == ("POST", "/auth?a=b", 200)
        assert seen.headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert CANARY not in repr(exchange) + seen.path
        return parse_qs(seen.body.decode(), strict_parsing=True)

    return send


def test_a_password_goes_with_its_name(form: Callable[..., dict[str, list[str]]]) -> None:
    assert form(PASSWORD) == {
        "grant_type": ["password"],
        "service": ["container_registry"],
        "client_id": ["regdoctor"],
        "scope": ["repository:a/b:pull,push repository:c:pull"],
        "username": ["me"],
        "password": [CANARY],
    }


def test_an_identity_token_goes_as_the_refresh_token(form: Callable[..., dict[str, list[str]]]) -> None:
    sent = form(IDENTITY, ())
    assert (sent["grant_type"], sent["refresh_token"]) == (["refresh_token"], [CANARY])
    assert not {"username", "password", "scope", "access_type"} & set(sent)


def test_a_refresh_token_is_asked_for_where_that_is_wanted_alone(form: Callable[..., dict[str, list[str]]]) -> None:
    assert form(PASSWORD, offline=True)["access_type"] == ["offline"]
    assert "access_type" not in form(PASSWORD)


@pytest.mark.parametrize("realm", ["http://elsewhere.example/auth", "ftp://elsewhere.example/", "", "http://["])
def test_nothing_is_sent_where_it_does_not_belong(door: Http, realm: str) -> None:
    for login, word in ((PASSWORD, "password"), (IDENTITY, "identity token")):
        with pytest.raises(CouldNotGatherError, match=f"the {word} was not sent") as refused:
            post_form(door, source(realm, login), SCOPES)
        assert CANARY not in str(refused.value)
    with pytest.raises(CouldNotGatherError, match="needs a login"):
        post_form(door, source("http://127.0.0.1:1/", None), SCOPES)


def test_a_name_given_by_hand_never_makes_a_password_an_identity_token(
    form: Callable[..., dict[str, list[str]]],
) -> None:
    assert form(Login("<token>", Secret(CANARY, "password")))["grant_type"] == ["password"]


@pytest.mark.parametrize(
    ("method", "status", "holds"),
    [("POST", 404, True), ("POST", 405, True), ("POST", 403, False), ("POST", None, False), ("GET", 404, False)],
)
def test_what_a_service_without_the_form_answers(method: str, status: int | None, holds: bool) -> None:
    assert knows_no_form(Exchange(method, "https://h/jwt/auth", status=status)) is holds
