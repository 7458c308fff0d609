"""Credentials go to the address that is asked, and only the question for no scope judges a login."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.distribution.tokens import Access
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.credentials import base_of, credentials_for, realm_answer
from regdoctor.probes.login_gate import LoginNotTakenError
from regdoctor.redaction import Secret
from regdoctor.target import Login

LOGIN = Login("alice", Secret("correct horse", "password"))
SCOPES = (Access("repository", "a/b", ("pull",)),)


def test_a_password_that_one_address_refuses_may_be_taken_at_another(serve: Callable[..., Any], door: Http) -> None:
    # A proxy that drops Authorization refuses every login; the registry behind it does not.
    front, registry = serve(lambda _: (401, {}, b"")), serve(lambda _: (200, {}, b"{}"))
    source = TokenSource(True, front.url, "", "", "basic", LOGIN)
    with pytest.raises(LoginNotTakenError):
        credentials_for(door, source, SCOPES)
    assert credentials_for(door, source, SCOPES, registry=registry.url) == {"basic": ("alice", LOGIN.password)}
    assert (front.asked(), registry.asked()) == (["GET /v2/"], ["GET /v2/"])


@pytest.mark.parametrize("status", [404, 302, 500])
def test_what_does_not_judge_the_password_does_not_keep_it_back(
    serve: Callable[..., Any], door: Http, status: int
) -> None:
    server = serve(lambda _: (status, {}, b""))
    assert "basic" in credentials_for(door, TokenSource(True, server.url, "", "", "basic", LOGIN), SCOPES)


def test_nobody_at_the_address_is_no_refusal(door: Http, dead_url: str) -> None:
    source = TokenSource(True, dead_url, "", "", "basic", LOGIN)
    with pytest.raises(CouldNotGatherError, match=r"^there was no answer to the login: .*refused"):
        credentials_for(door, source, SCOPES)


@pytest.mark.parametrize("status", [302, 404, 503])
def test_a_service_that_answers_otherwise_is_not_asked_for_the_scope_as_well(
    serve: Callable[..., Any], door: Http, status: int
) -> None:
    server = serve(lambda _: (status, {}, b""))
    source = TokenSource(True, server.url, f"{server.url}/token", "r", login=LOGIN)
    assert realm_answer(door, source, SCOPES).status == status
    assert server.asked() == ["GET /token?service=r"]


def test_without_a_login_each_scope_is_asked_for_at_once(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (401, {}, b""))
    source = TokenSource(True, server.url, f"{server.url}/token", "r")
    realm_answer(door, source, SCOPES)
    realm_answer(door, source, SCOPES)
    assert server.asked() == ["GET /token?service=r&scope=repository%3Aa%2Fb%3Apull"] * 2


def test_the_base_of_a_url_is_what_stands_before_the_path() -> None:
    assert base_of("https://[2001:db8::1]:5000/v2/a/b?x=1") == "https://[2001:db8::1]:5000"
