"""Requests to one repository: one token for all of them, and an end that none outlasts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http, TrustedCAs
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
    asker = RepositoryDoor(
        door, TokenSource(True, server.url, f"{server.url}/jwt", "r", login=LOGIN), "a/b", soon(), is_public=True
    )
    asker.send("GET", f"{server.url}/1")
    asker.send("GET", f"{server.url}/2")
    asked = [urlsplit(one.path) for one in server.seen]
    assert [one.path for one in asked] == ["/jwt", "/jwt", "/1", "/2"]
    assert "scope" not in parse_qs(asked[0].query)
    assert parse_qs(asked[1].query)["scope"] == ["repository:a/b:pull,push,delete"]
    assert [urlsplit(exchange.url).path for exchange in asker.exchanges] == ["/1", "/2"]
    assert [one.headers["Authorization"] for one in server.seen[2:]] == ["Bearer opaque"] * 2


@pytest.mark.parametrize("scheme", ["bearer", "basic"])
def test_a_fresh_token_or_a_password_that_is_refused_is_not_tried_again(
    serve: Callable[..., Any], door: Http, scheme: str
) -> None:
    server = serve(lambda one: (401, {}, b"") if one.path == "/1" else (200, {}, b'{"token": "x"}'))
    source = TokenSource(True, server.url, f"{server.url}/jwt", "r", scheme=scheme, login=LOGIN)
    asker = RepositoryDoor(door, source, "a/b", soon(), is_public=True)
    assert asker.send("GET", f"{server.url}/1").status == 401
    assert len(asker.exchanges) == 1


@pytest.mark.parametrize(("url", "is_public"), [("http://10.0.0.5:5000", False), ("http://r.invalid", False)])
def test_a_password_goes_nowhere_in_the_clear_where_no_client_sends_it(url: str, is_public: bool) -> None:
    door = Recording()
    source = TokenSource(True, url, "", "", scheme="basic", login=LOGIN)
    asker = RepositoryDoor(door, source, "a/b", soon(), is_public=is_public)
    for method in ("HEAD", "POST", "DELETE"):
        with pytest.raises(CouldNotGatherError, match=f"the password was not sent to {url.removeprefix('http://')}"):
            asker.send(method, f"{url}/v2/a/b/blobs/uploads/?_state=secret")
    assert door.sent == []


@pytest.mark.parametrize(
    ("url", "is_public"), [("http://r.invalid", True), ("https://10.0.0.5:5000", False), ("http://127.0.0.1:1", False)]
)
def test_a_password_goes_by_tls_within_this_machine_and_where_clients_send_it(url: str, is_public: bool) -> None:
    door = Recording()
    source = TokenSource(True, url, "", "", scheme="basic", login=LOGIN)
    RepositoryDoor(door, source, "a/b", soon(), is_public=is_public).send("HEAD", f"{url}/v2/")
    assert door.sent == [(f"{url}/v2/", ("alice", LOGIN.password))] * 2  # whether it is taken, and the request


def test_a_password_that_the_address_refuses_is_sent_there_once(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (401, {}, b""))
    for _ in range(2):
        asker = RepositoryDoor(
            door, TokenSource(True, server.url, "", "", scheme="basic", login=LOGIN), "a/b", soon(), is_public=True
        )
        with pytest.raises(CouldNotGatherError, match="the login was refused"):
            asker.send("POST", f"{server.url}/v2/a/b/blobs/uploads/")
    assert server.asked() == ["GET /v2/"]


class Recording(Http):
    """A door behind which nobody is: it keeps what would be sent."""

    def __init__(self) -> None:
        super().__init__(TrustedCAs())
        self.sent: list[tuple[str, Any]] = []

    def send(self, method: str, url: str, **options: Any) -> Exchange:
        """An answer of nobody."""
        self.sent.append((url, options.get("basic")))
        return Exchange(method, url, status=200)


def test_after_the_end_nothing_is_sent(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (200, {}, b""))
    asker = RepositoryDoor(door, TokenSource(False, "", "", ""), "a/b", time.monotonic(), is_public=True)
    with pytest.raises(CouldNotGatherError, match="the time for it was up"):
        asker.send("GET", f"{server.url}/1")
    assert server.seen == []


def test_no_request_outlasts_the_end(serve: Callable[..., Any], door: Http) -> None:
    over = threading.Event()

    def slow(_: Any) -> Any:
        over.wait(10)
        return 200, {}, b""

    server = serve(slow)
    asker = RepositoryDoor(door, TokenSource(False, "", "", ""), "a/b", time.monotonic() + 0.3, is_public=True)
    began = time.monotonic()
    exchange = asker.send("GET", f"{server.url}/1", seconds=60.0)
    over.set()
    assert exchange.failure is not None
    assert time.monotonic() - began < 5
