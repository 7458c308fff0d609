"""Pull and push are asked for with the login, and the token is tried on the tags of that repository."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.evidence.scope_trial import ScopeTrial
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.probe import NotApplicableError
from regdoctor.probes import scope_trial as module
from regdoctor.redaction import Secret
from regdoctor.target import Login, Target

LOGIN = Login("alice", Secret("correct horse", "password"))
TOKEN = b'{"token": "opaque-token"}'


def gather(target: Target, source: TokenSource, door: Http) -> ScopeTrial:
    """The probe's answer."""
    found = module.scope_trial.gather(target, source, door)
    assert isinstance(found, ScopeTrial)
    return found


@pytest.mark.parametrize(("writes", "wanted"), [(False, ("pull",)), (True, ("pull", "push"))])
def test_both_are_asked_and_push_is_wanted_where_writing_is_allowed(
    serve: Callable[..., Any], door: Http, writes: bool, wanted: tuple[str, ...]
) -> None:
    server = serve(lambda one: (200, {}, TOKEN) if one.path.startswith("/jwt") else (401, {}, b"{}"))
    source = TokenSource(True, server.url, f"{server.url}/jwt/auth", "r", login=LOGIN)
    trial = gather(Target(repository="g/p", allow_writes=writes), source, door)
    assert (trial.wanted, trial.token) == (wanted, None)
    assert trial.listing is not None
    assert trial.listing.status == 401
    assert server.seen[0].path == "/jwt/auth?service=r"
    assert "scope=repository%3Ag%2Fp%3Apull%2Cpush" in server.seen[1].path
    assert server.seen[2].path == "/v2/g/p/tags/list?n=1"
    assert server.seen[2].headers["Authorization"] == "Bearer opaque-token"


def test_for_a_mount_one_token_is_asked_for_both_repositories_and_tried_on_the_source(
    serve: Callable[..., Any], door: Http
) -> None:
    server = serve(lambda one: (200, {}, TOKEN) if one.path.startswith("/jwt") else (401, {}, b"{}"))
    source = TokenSource(True, server.url, f"{server.url}/jwt/auth", "r", login=LOGIN)
    trial = gather(Target(repository="g/p", mount_from="g/base"), source, door)
    assert trial.mount is not None
    assert (trial.mount.source, trial.mount.token) == ("g/base", None)
    assert "scope=repository%3Ag%2Fp%3Apull%2Cpush&scope=repository%3Ag%2Fbase%3Apull" in server.seen[3].path
    assert [one.path for one in server.seen[2::2]] == ["/v2/g/p/tags/list?n=1", "/v2/g/base/tags/list?n=1"]
    assert all(one.method == "GET" for one in server.seen)
    assert gather(Target(repository="g/p"), source, door).mount is None


def test_without_a_token_nothing_is_listed(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (403, {}, b"{}"))
    source = TokenSource(True, server.url, f"{server.url}/jwt/auth", "r", login=LOGIN)
    trial = gather(Target(repository="g/p"), source, door)
    assert (trial.realm.status, trial.listing) == (403, None)
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("repository", "scheme", "login", "why"),
    [
        (None, "bearer", LOGIN, "--repository"),
        ("g/p", "basic", LOGIN, "tokens"),
        ("g/p", "bearer", None, "--username"),
    ],
)
def test_what_cannot_be_asked_is_not_applicable(
    door: Http, repository: str | None, scheme: str, login: Login | None, why: str
) -> None:
    source = TokenSource(True, "http://127.0.0.1:1", "http://127.0.0.1:1/jwt", "r", scheme, login)
    with pytest.raises(NotApplicableError, match=why):
        gather(Target(repository=repository), source, door)
