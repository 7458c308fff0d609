"""A login is shown where a password is asked for, and at the registry's own port where that may have it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.login_trial import LoginTrial
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes import login_trial as module
from regdoctor.probes.credentials import credentials_for
from regdoctor.redaction import Secret
from regdoctor.target import Login

LOGIN = Login("alice", Secret("correct horse", "password"), "/home/alice/.docker/config.json")


def source(url: str, *, needed: bool = True, scheme: str = "basic", login: Login | None = LOGIN) -> TokenSource:
    """What the registry asks for."""
    return TokenSource(needed, url, "", "", scheme, login)


def at(url: str, internal: str | None = None) -> Endpoints:
    """Addresses."""
    return Endpoints(Endpoint(url, Quote("", "")), Endpoint(internal, Quote("", "")) if internal else None, None, None)


def gather(endpoints: Endpoints, source: TokenSource, door: Http) -> LoginTrial:
    """The probe's answer."""
    found = module.login_trial.gather(endpoints, source, door)
    assert isinstance(found, LoginTrial)
    return found


def test_the_login_is_shown_at_both_addresses(serve: Callable[..., Any], door: Http) -> None:
    outer, inner = serve(lambda _: (401, {}, b"")), serve(lambda _: (200, {}, b"{}"))
    trial = gather(at(outer.url, inner.url), source(outer.url), door)
    assert trial.inner is not None
    assert (trial.outer.status, trial.inner.status) == (401, 200)
    assert (trial.username, trial.words) == ("alice", "alice (/home/alice/.docker/config.json)")
    assert {server.seen[0].headers["Authorization"] for server in (outer, inner)} == {
        "Basic YWxpY2U6Y29ycmVjdCBob3JzZQ=="
    }
    assert "correct horse" not in repr(trial)
    assert "YWxpY2U6" not in repr(trial)


def test_one_address_is_asked_once(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (401, {}, b""))
    assert gather(at(server.url, server.url), source(server.url), door).inner is None
    assert len(server.seen) == 1


def test_a_refused_login_that_another_probe_sent_is_judged_and_not_sent_again(
    serve: Callable[..., Any], door: Http
) -> None:
    server = serve(lambda _: (401, {}, b""))
    with pytest.raises(CouldNotGatherError, match="is not sent again"):
        credentials_for(door, source(server.url), ())
    assert gather(at(server.url), source(server.url), door).outer.status == 401
    assert len(server.seen) == 1


def test_no_password_goes_to_an_inner_address_elsewhere_without_tls(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (401, {}, b""))
    assert gather(at(server.url, "http://192.0.2.7:5000"), source(server.url), door).inner is None


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"needed": False}, "without credentials"),
        ({"scheme": "bearer"}, "login_unauthorized"),
        ({"login": None}, "--username"),
    ],
)
def test_without_a_login_to_judge_there_is_no_trial(door: Http, given: dict[str, Any], why: str) -> None:
    with pytest.raises(NotApplicableError, match=why):
        gather(at("http://127.0.0.1:1"), source("http://127.0.0.1:1", **given), door)
