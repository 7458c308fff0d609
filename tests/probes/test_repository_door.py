"""Requests to one repository: one token for all of them, and an end that none outlasts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.repository_door import RepositoryDoor
from regdoctor.redaction import Secret
from regdoctor.target import Login

LOGIN = Login("alice", Secret("correct horse", "password"))


def soon() -> float:
    """A moment that leaves enough time."""
    return time.monotonic() + 10


def test_one_token_for_all_actions_serves_all_requests(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda one: (200, {}, b'{"token": "opaque"}' if one.path.startswith("/jwt") else b""))
    asker = RepositoryDoor(door, TokenSource(True, server.url, f"{server.url}/jwt", "r", login=LOGIN), "a/b", soon())
    asker.send("GET", f"{server.url}/1")
    asker.send("GET", f"{server.url}/2")
    asked = [urlsplit(one.path) for one in server.seen]
    assert [one.path for one in asked] == ["/jwt", "/1", "/2"]
    assert parse_qs(asked[0].query)["scope"] == ["repository:a/b:pull,push,delete"]
    assert [urlsplit(exchange.url).path for exchange in asker.exchanges] == ["/1", "/2"]
    assert [one.headers["Authorization"] for one in server.seen[1:]] == ["Bearer opaque"] * 2


@pytest.mark.parametrize("scheme", ["bearer", "basic"])
def test_a_fresh_token_or_a_password_that_is_refused_is_not_tried_again(
    serve: Callable[..., Any], door: Http, scheme: str
) -> None:
    server = serve(lambda one: (200, {}, b'{"token": "x"}') if one.path.startswith("/jwt") else (401, {}, b""))
    source = TokenSource(True, server.url, f"{server.url}/jwt", "r", scheme=scheme, login=LOGIN)
    asker = RepositoryDoor(door, source, "a/b", soon())
    assert asker.send("GET", f"{server.url}/1").status == 401
    assert len(asker.exchanges) == 1


def test_after_the_end_nothing_is_sent(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (200, {}, b""))
    asker = RepositoryDoor(door, TokenSource(False, "", "", ""), "a/b", time.monotonic())
    with pytest.raises(CouldNotGatherError, match="the time for it was up"):
        asker.send("GET", f"{server.url}/1")
    assert server.seen == []


def test_no_request_outlasts_the_end(serve: Callable[..., Any], door: Http) -> None:
    over = threading.Event()

    def slow(_: Any) -> Any:
        over.wait(10)
        return 200, {}, b""

    server = serve(slow)
    asker = RepositoryDoor(door, TokenSource(False, "", "", ""), "a/b", time.monotonic() + 0.3)
    began = time.monotonic()
    exchange = asker.send("GET", f"{server.url}/1", seconds=60.0)
    over.set()
    assert exchange.failure is not None
    assert time.monotonic() - began < 2
