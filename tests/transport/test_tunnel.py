"""The way to a server is the HTTP door's: direct, or a tunnel through the proxy that the environment names."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.transport.tls_look import look_at_tls
from tests.certificates import context_of, issue
from tests.transport.conftest import read_request

StartServer = Callable[[Callable[[socket.socket, threading.Event], None]], Any]
SERVER = issue("server", dns=("registry.example",))


@pytest.fixture
def proxy(raw_server: StartServer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Makes the environment name a proxy that behaves so; gives its port."""

    def start(behave: Callable[[socket.socket, threading.Event], None], login: str = "") -> int:
        port: int = raw_server(behave).port
        monkeypatch.setenv("https_proxy", f"http://{login}127.0.0.1:{port}")
        monkeypatch.setenv("no_proxy", "direct.example")
        return port

    return start


def answer(text: bytes) -> Callable[[socket.socket, threading.Event], None]:
    def behave(connection: socket.socket, over: threading.Event) -> None:
        read_request(connection)
        connection.sendall(text)

    return behave


def failed(host: str = "registry.example", port: int = 443) -> Failure:
    failure = look_at_tls(host, port, 2.0).failure
    assert failure is not None
    assert "\n" not in failure.message
    assert len(failure.message) <= 300
    return failure


@pytest.mark.parametrize("login", ["", "me:a%20proxy-password@"])
def test_a_server_is_looked_at_through_the_proxy(proxy: Callable[..., int], login: str) -> None:
    asked: list[bytes] = []

    def behave(connection: socket.socket, over: threading.Event) -> None:
        asked.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 200 Connection established\r\nVia: squid\r\n\r\n")
        with context_of(SERVER).wrap_socket(connection, server_side=True) as tls, contextlib.suppress(OSError):
            tls.recv(1)

    proxy(behave, login)
    seen = look_at_tls("registry.example", 5050, 5.0)
    assert (seen.failure, seen.chain) == (None, (SERVER.der,))
    lines = asked[0].decode().split("\r\n")
    assert lines[:2] == ["CONNECT registry.example:5050 HTTP/1.1", "Host: registry.example:5050"]
    pair = base64.b64encode(b"me:a proxy-password").decode()
    assert lines[2:-2] == ([f"Proxy-Authorization: Basic {pair}"] if login else [])


def test_a_failure_behind_the_proxy_names_both(proxy: Callable[..., int]) -> None:
    def behave(connection: socket.socket, over: threading.Event) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    port = proxy(behave)
    failure = failed()
    # What OpenSSL calls it differs with its version: "wrong version number", "packet length too long".
    assert failure.message.startswith(f"registry.example:443 through the proxy 127.0.0.1:{port}: ")
    assert "it does not speak TLS; most likely plain HTTP" in failure.message
    assert failure.kind is FailureKind.TLS


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", FailureKind.UNREACHABLE, "Tunnel connection failed: 403 Forbidden"),
        (b"HTTP/1.1 407 a\x1b[1mb\r\n\r\n", FailureKind.UNREACHABLE, "Tunnel connection failed: 407 a [1mb"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", FailureKind.PROTOCOL, "the answer does not begin as HTTP does"),
        (b"", FailureKind.RESET, "closed the connection without an answer"),
        (b"HTTP/1.1 403 " + b"x" * 50000, FailureKind.UNREACHABLE, "Tunnel connection failed: 403 xxxx"),
    ],
)
def test_a_proxy_that_refuses_is_named(proxy: Callable[..., int], text: bytes, kind: FailureKind, words: str) -> None:
    port = proxy(answer(text))
    failure = failed()
    assert failure.kind is kind
    assert failure.message.startswith(f"127.0.0.1:{port}: ")
    assert words in failure.message


def test_a_proxy_that_says_nothing_costs_the_time_allowed(proxy: Callable[..., int]) -> None:
    proxy(lambda _, over: over.wait(10) and None)
    failure = failed()
    assert failure.kind is FailureKind.TIMEOUT
    assert "still connecting after 2 s" in failure.message


def test_loopback_and_no_proxy_are_reached_directly(proxy: Callable[..., int]) -> None:
    port = proxy(answer(b"HTTP/1.1 403 Forbidden\r\n\r\n"))
    assert failed("127.0.0.1", 9).kind is FailureKind.REFUSED
    assert "Tunnel" not in failed("direct.example", port).message


@pytest.mark.parametrize("scheme", ["socks5", "https"])
def test_a_proxy_of_another_kind_is_said_to_stand_between(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("https_proxy", f"{scheme}://me:proxy-password@127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    message = failed().message
    assert "proxy" in message
    assert "proxy-password" not in message
    assert "not looked at" in message or "only HTTP proxies" in message
