"""Failures say in one line what happened."""

from __future__ import annotations

import gzip
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.http import Http, TrustedCAs

Answering = Callable[[bytes], Any]


def _get(url: str, **options: Any) -> Exchange:
    return Http(TrustedCAs()).send("GET", url, deadline=5.0, **options)


def _failure(exchange: Exchange) -> tuple[FailureKind, str]:
    assert exchange.failure is not None
    assert "\n" not in exchange.failure.message
    return exchange.failure.kind, exchange.failure.message


def test_refused_connection_names_address_and_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    exchange = _get(f"http://127.0.0.1:{port}/")
    assert _failure(exchange) == (FailureKind.REFUSED, f"127.0.0.1:{port}: connection refused")
    assert exchange.status is None
    assert exchange.peer is None
    assert exchange.verified is None


def test_name_that_does_not_resolve_is_told_with_the_resolvers_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    kind, message = _failure(_get("https://registry.example/v2/"))
    assert kind is FailureKind.NAME
    assert message == "registry.example:443: the name does not resolve: Name or service not known"


def test_unreachable_network_is_told_with_the_systems_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_route(*_: Any) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", no_route)
    kind, message = _failure(_get("http://127.0.0.1:5000/"))
    assert kind is FailureKind.UNREACHABLE
    assert "Network is unreachable" in message


def test_close_without_an_answer_is_a_reset(answering: Answering) -> None:
    kind, message = _failure(_get(answering(b"").url))
    assert kind is FailureKind.RESET
    assert "closed the connection without an answer" in message


def test_tcp_reset_is_a_reset(raw_server: Callable[[Any], Any]) -> None:
    def reset(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(65536)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    kind, message = _failure(_get(raw_server(reset).url))
    assert kind is FailureKind.RESET
    assert "waiting for the response" in message


def test_body_that_breaks_off_keeps_status_headers_and_what_came(answering: Answering) -> None:
    exchange = _get(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nServer: x\r\n\r\nabc").url)
    kind, message = _failure(exchange)
    assert kind is FailureKind.RESET
    assert "before the body was complete" in message
    assert (exchange.status, exchange.body, exchange.truncated) == (200, b"abc", True)
    assert exchange.header("server") == "x"
    assert not exchange.ok


def test_tls_record_on_a_plain_port_is_recognised(answering: Answering) -> None:
    kind, message = _failure(_get(answering(b"\x15\x03\x01\x00\x02\x02\x0a").url))
    assert kind is FailureKind.PROTOCOL
    assert "expects HTTPS" in message


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", id="another protocol"),
        pytest.param(b"HTTP/1.1 abc OK\r\n\r\n", id="status that is no number"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 5000 + b"\r\n", id="thousands of headers"),
        pytest.param(b"HTTP/1.1 200 OK\r\nA: " + b"b" * 200_000 + b"\r\n\r\n", id="endless header line"),
        pytest.param(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 50, id="endless interim answers"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", id="two lengths"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nno gzip at all", id="false gzip"),
    ],
)
def test_answer_that_is_not_http_is_a_protocol_failure(answering: Answering, answer: bytes) -> None:
    exchange = _get(answering(answer).url)
    assert _failure(exchange)[0] is FailureKind.PROTOCOL
    assert len(_failure(exchange)[1]) <= 300


def test_chunks_of_nonsense_do_not_raise(answering: Answering) -> None:
    exchange = _get(answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nzz\r\n").url)
    assert _failure(exchange)[0] in (FailureKind.RESET, FailureKind.PROTOCOL)
    assert exchange.status == 200


def test_interim_answers_are_passed_over(answering: Answering) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    final = b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"
    exchange = _get(answering(b"HTTP/1.1 100 Continue\r\n\r\n" + hints + final).url)
    assert (exchange.status, exchange.body, exchange.failure) == (404, b"no", None)
    assert exchange.header("Link") is None


def test_gzip_bomb_is_cut_at_the_cap_after_decompression(answering: Answering) -> None:
    bomb = gzip.compress(bytes(64 << 20))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    exchange = _get(answering(head + bomb).url, cap=1000)
    assert (exchange.status, len(exchange.body), exchange.truncated) == (200, 1000, True)
    assert exchange.failure is None


def test_body_of_exactly_the_cap_is_whole(answering: Answering) -> None:
    exchange = _get(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd").url, cap=4)
    assert (exchange.body, exchange.truncated, exchange.ok) == (b"abcd", False, True)
