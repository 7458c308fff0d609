"""The total deadline holds against every way of not answering."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.http import Http, TrustedCAs
from regdoctor.transport.attempt import Attempt

DEADLINE = 0.5
BOUND = 5.0
"""Seconds, generous: it tells a request that ends from one that hangs."""

StartServer = Callable[[Callable[[socket.socket, threading.Event], None]], Any]


def _drip(pieces: itertools.cycle[bytes] | list[bytes]) -> Callable[[socket.socket, threading.Event], None]:
    def behave(connection: socket.socket, over: threading.Event) -> None:
        for piece in pieces:
            connection.sendall(piece)
            if over.wait(0.05):
                return

    return behave


def _flood(first: bytes, piece: bytes) -> Callable[[socket.socket, threading.Event], None]:
    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(first)
        while not over.is_set():
            connection.sendall(piece)

    return behave


def _silence(connection: socket.socket, over: threading.Event) -> None:
    over.wait(30)


def _timed(url: str, **options: Any) -> Exchange:
    began = time.monotonic()
    exchange = Http(TrustedCAs()).send("GET", url, deadline=DEADLINE, **options)
    assert time.monotonic() - began < BOUND
    return exchange


def _assert_timed_out(exchange: Exchange, words: str) -> None:
    assert exchange.failure is not None
    assert exchange.failure.kind is FailureKind.TIMEOUT
    assert words in exchange.failure.message
    assert not exchange.ok


@pytest.mark.parametrize(
    "behave",
    [
        pytest.param(_silence, id="accepts and says nothing"),
        pytest.param(_drip([b"HTTP/1.1 200 OK\r\n", *[b"X"] * 500]), id="drips one header byte by byte"),
        pytest.param(_drip([b"HTTP/1.1 200 OK\r\n", *[b"X-A: b\r\n"] * 90, *[b"c"] * 500]), id="drips header lines"),
        pytest.param(_flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), id="floods with 100 Continue"),
        pytest.param(_drip(itertools.cycle([b"HTTP/1.1 100 Continue\r\n\r\n"])), id="drips 100 Continue"),
    ],
)
def test_deadline_ends_the_wait_for_a_response(raw_server: StartServer, behave: Any) -> None:
    server = raw_server(behave)
    exchange = _timed(server.url)
    _assert_timed_out(exchange, f"127.0.0.1:{server.port}: still waiting for the response after 0.5 s")
    assert exchange.status is None
    assert exchange.peer == f"127.0.0.1:{server.port}"
    assert exchange.seconds >= DEADLINE * 0.8


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(b"Content-Length: 1000\r\n", id="announced length"),
        pytest.param(b"", id="until the connection closes"),
    ],
)
def test_deadline_ends_a_dripping_body_and_keeps_what_came(raw_server: StartServer, headers: bytes) -> None:
    server = raw_server(_drip([b"HTTP/1.1 200 OK\r\n" + headers + b"\r\n", *[b"y"] * 500]))
    exchange = _timed(server.url)
    _assert_timed_out(exchange, "still reading the body")
    assert exchange.status == 200
    assert exchange.truncated
    assert set(exchange.body) == {ord("y")}


def test_deadline_ends_a_tls_handshake_that_never_answers(raw_server: StartServer) -> None:
    exchange = _timed(f"https://127.0.0.1:{raw_server(_silence).port}/")
    _assert_timed_out(exchange, "still setting up TLS")
    assert exchange.verified is False


def test_deadline_ends_the_sending_of_a_body_that_nobody_reads(raw_server: StartServer) -> None:
    exchange = _timed(raw_server(_silence).url, body=b"x" * (64 << 20))
    _assert_timed_out(exchange, "still waiting for the response")


def test_deadline_does_not_wait_for_a_slow_name_lookup(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def slow(*_: Any, **__: Any) -> list[Any]:
        answered.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    try:
        exchange = _timed("http://registry.example/")
    finally:
        answered.set()
    _assert_timed_out(exchange, "registry.example:80: still looking up the name")


def test_next_address_gets_its_turn_when_the_first_refuses(
    raw_server: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        over.wait(30)

    server = raw_server(behave)
    row = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    rows = [(*row, ("127.0.0.1", 1)), (*row, ("127.0.0.1", server.port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
    exchange = _timed("http://registry.localhost/")
    assert exchange.status == 204
    assert exchange.peer == f"127.0.0.1:{server.port}"


def test_connection_that_is_watched_too_late_is_cut_at_once() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, Attempt(0.0) as attempt:
        theirs.settimeout(BOUND)
        while not attempt.expired:
            threading.Event().wait(0.01)
        attempt.watch(ours)
        assert theirs.recv(1) == b""
        assert attempt.remaining() == 0.0


def test_timer_threads_end_with_their_requests(raw_server: StartServer) -> None:
    server = raw_server(_silence)
    before = {thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)}
    _timed(server.url)
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer) and thread not in before:
            thread.join(BOUND)
            assert not thread.is_alive()
