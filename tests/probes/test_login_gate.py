"""A login that is refused is sent once in a run, whoever of the probes comes first, and however many wait for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http, TrustedCAs
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.credentials import credentials_for, realm_answer
from regdoctor.probes.login_gate import LoginNotTakenError, first_answer, refusal, show_login
from regdoctor.redaction import Secret
from regdoctor.target import Login
from tests.probes.test_token_source import SCOPES

LOGIN = Login("alice", Secret("correct horse", "password"))
DENIED = b'{"errors": [{"code": "DENIED", "message": "access forbidden"}]}'
TOKEN = b'{"token": "opaque-token"}'


def bearer(url: str) -> TokenSource:
    """A registry that wants tokens."""
    return TokenSource(True, url, f"{url}/token", "r", login=LOGIN)


def basic(url: str) -> TokenSource:
    """A registry that takes the password itself."""
    return TokenSource(True, url, "", "", "basic", LOGIN)


@pytest.mark.parametrize(
    ("status", "body"), [(401, b""), (403, DENIED), (403, b"<html>blocked</html>"), (403, b"Forbidden")]
)
def test_a_token_service_that_refuses_the_login_is_asked_once(
    serve: Callable[..., Any], door: Http, status: int, body: bytes
) -> None:
    server = serve(lambda _: (status, {}, body))
    source = bearer(server.url)

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda scopes: realm_answer(door, source, scopes), [SCOPES, ()] * 6))

    assert {id(answer) for answer in answers} == {id(answers[0])}
    assert server.asked() == ["GET /token?service=r"]
    with pytest.raises(CouldNotGatherError, match=rf"gave no token: .*→ {status}.*, and the login is not sent again"):
        credentials_for(door, source, SCOPES)
    assert len(server.seen) == 1


def test_a_registry_that_refuses_the_login_is_asked_once(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (401, {"WWW-Authenticate": 'Basic realm="r"'}, b""))
    for _ in range(3):
        with pytest.raises(LoginNotTakenError, match=r"the login was refused \(GET .*/v2/ → 401.*\), and is not sent"):
            credentials_for(door, basic(server.url), SCOPES)
    assert show_login(door, server.url, LOGIN, deadline=5).status == 401
    assert server.asked() == ["GET /v2/"]


def test_a_login_that_is_good_opens_what_each_asks_for_side_by_side(serve: Callable[..., Any], door: Http) -> None:
    together = threading.Barrier(4)

    def answer(one: Any) -> tuple[int, dict[str, str], bytes]:
        if "scope=" in one.path:
            together.wait(10)  # which passes only where four are under way at once
        return 200, {}, TOKEN

    server = serve(answer)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: realm_answer(door, bearer(server.url), SCOPES), range(4)))

    assert [answer.status for answer in answers] == [200] * 4
    assert [one.count("scope=") for one in server.asked()] == [0, 1, 1, 1, 1]


def test_a_scope_that_is_refused_does_not_make_the_login_a_refused_one(serve: Callable[..., Any], door: Http) -> None:
    # GitLab answers 403 DENIED to a push to a path that it protects.
    server = serve(lambda one: (403, {}, DENIED) if "push" in one.path else (200, {}, TOKEN))
    source = bearer(server.url)
    for _ in range(2):
        with pytest.raises(CouldNotGatherError, match=r"gave no token: .*→ 403") as caught:
            credentials_for(door, source, SCOPES)
        assert "not sent again" not in str(caught.value)
    assert realm_answer(door, source, ()).status == 200
    assert refusal(door, source.realm, LOGIN) is None


def test_the_same_question_is_not_asked_twice(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (200, {}, TOKEN))
    realm_answer(door, bearer(server.url), SCOPES)
    realm_answer(door, bearer(server.url), ())
    assert len(server.seen) == 2


def test_a_service_that_wants_a_scope_is_told_it(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda one: (200, {}, TOKEN) if "scope=" in one.path else (400, {}, b"{}"))
    assert realm_answer(door, bearer(server.url), SCOPES).status == 200


def test_an_answer_that_tells_nothing_of_the_login_is_asked_for_again_one_at_a_time(
    serve: Callable[..., Any], door: Http
) -> None:
    under_way, most, lock = 0, 0, threading.Lock()

    def answer(_: Any) -> tuple[int, dict[str, str], bytes]:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        threading.Event().wait(0.02)
        with lock:
            under_way -= 1
        return 503, {}, b""

    server = serve(answer)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: realm_answer(door, bearer(server.url), SCOPES), range(4)))
    assert [one.status for one in answers] == [503] * 4
    assert (len(server.seen), most) == (4, 1)


def test_who_waits_in_vain_sends_nothing_and_is_back_in_time(door: Http) -> None:
    asked, release = threading.Event(), threading.Event()

    def slow(_: float) -> Exchange:
        asked.set()
        release.wait(10)
        return Exchange("GET", "https://r/token", status=401)

    def never(_: float) -> Exchange:
        raise AssertionError("sent")

    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(first_answer, door, "https://r/token", LOGIN, slow, deadline=10)
        assert asked.wait(10)
        began = time.monotonic()
        waited = first_answer(door, "https://r/token", LOGIN, never, deadline=0.1)
        assert time.monotonic() - began < 5
        assert waited.failure is not None
        assert waited.failure.kind is FailureKind.TIMEOUT
        release.set()
        assert first.result(10).status == 401
    assert first_answer(door, "https://r/token", LOGIN, never, deadline=0.1).status == 401


def test_a_question_that_raises_leaves_the_next_one_free_to_ask(serve: Callable[..., Any], door: Http) -> None:
    def refuse(_: float) -> Exchange:
        raise CouldNotGatherError("the password was not sent")

    server = serve(lambda _: (200, {}, b"{}"))
    with pytest.raises(CouldNotGatherError):
        first_answer(door, f"{server.url}/v2/", LOGIN, refuse, deadline=5)
    assert show_login(door, server.url, LOGIN, deadline=5).status == 200


def test_another_login_another_place_and_another_run_are_asked_anew(serve: Callable[..., Any], door: Http) -> None:
    server, elsewhere = serve(lambda _: (401, {}, b"")), serve(lambda _: (401, {}, b""))
    bob = Login("alice", Secret("another horse", "password"))
    for one in (LOGIN, bob, LOGIN):
        show_login(door, server.url, one, deadline=5)
    show_login(door, elsewhere.url, LOGIN, deadline=5)
    show_login(Http(TrustedCAs()), server.url, LOGIN, deadline=5)
    assert (len(server.seen), len(elsewhere.seen)) == (3, 1)


def test_an_identity_token_that_is_no_longer_good_is_sent_once(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (400, {}, b'{"error": "invalid_grant"}'))
    stored = Login("", Secret("canary-identity-1f7", "token"), "config.json", is_identity_token=True)
    source = TokenSource(True, server.url, f"{server.url}/token", "r", login=stored)
    assert [realm_answer(door, source, scopes).status for scopes in (SCOPES, (), SCOPES)] == [400] * 3
    assert server.asked() == ["POST /token"]
