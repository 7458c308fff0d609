"""Handshakes of a chosen size: what is sent at first, and what stands in their way."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.evidence.exchange import FailureKind
from regdoctor.lab.certificates import Authority
from regdoctor.transport.hello_look import LARGE, shake_hands

Serve = Callable[[Callable[[socket.socket, threading.Event], None]], Any]


def first_record(connection: socket.socket) -> bytes:
    """One TLS record whole: type, version, length of two bytes, content."""
    data = b""
    while len(data) < 5 or len(data) < 5 + int.from_bytes(data[3:5], "big"):
        piece = connection.recv(65536)
        if not piece:
            break
        data += piece
    return data


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
@pytest.mark.parametrize("least", [0, LARGE, 2500])
def test_the_hello_is_one_record_of_the_size_that_is_told(host: str, least: int, raw_server: Serve) -> None:
    got: list[bytes] = []
    server = raw_server(lambda connection, _: got.append(first_record(connection)))
    look = shake_hands(host, server.port, 5, least=least)
    (hello,) = got
    assert (hello[0], hello[5]) == (22, 1)
    assert look.size == len(hello)
    assert look.size < 600 if not least else least <= look.size < least + 500
    assert b"\x02h2\x08http/1.1" in hello
    assert (b"localhost" in hello) is (host == "localhost")


@pytest.mark.parametrize("least", [0, LARGE])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("protocols", [[], ["http/1.1"], ["h2", "http/1.1"]])
def test_a_server_that_can_bear_it_completes_the_handshake(
    protocols: list[str], version: ssl.TLSVersion, least: int, raw_server: Serve, tmp_path: Any
) -> None:
    made = Authority("test").issue_for_localhost()
    (tmp_path / "server.pem").write_text(made.certificate + made.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    context.maximum_version = version
    if protocols:
        context.set_alpn_protocols(protocols)

    def behave(connection: socket.socket, over: threading.Event) -> None:
        with context.wrap_socket(connection, server_side=True):
            over.wait(0.1)

    look = shake_hands("localhost", raw_server(behave).port, 5, least=least)
    assert look.failure is None
    assert not look.cut_off
    assert 0 < look.seconds < 5


def reset(connection: socket.socket, _: threading.Event) -> None:
    """Closed with bytes unread: a RST."""
    connection.recv(10)


def alert(connection: socket.socket, _: threading.Event) -> None:
    """Fatal handshake_failure (RFC 8446 section 6.2)."""
    first_record(connection)
    connection.sendall(bytes((21, 3, 3, 0, 2, 2, 40)))


def junk(connection: socket.socket, _: threading.Event) -> None:
    """Plain HTTP."""
    first_record(connection)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.parametrize(
    ("behave", "kind", "cut_off"),
    [(reset, FailureKind.RESET, True), (alert, FailureKind.TLS, False), (junk, FailureKind.TLS, False)],
)
def test_an_answer_that_refuses_is_told_from_a_cut(
    behave: Callable[[socket.socket, threading.Event], None], kind: FailureKind, cut_off: bool, raw_server: Serve
) -> None:
    look = shake_hands("localhost", raw_server(behave).port, 5, least=LARGE)
    assert look.failure is not None
    assert (look.failure.kind, look.cut_off) == (kind, cut_off)


def silence(_: socket.socket, over: threading.Event) -> None:
    """Nothing at all."""
    over.wait(5)


def test_silence_ends_at_the_deadline(raw_server: Serve) -> None:
    began = time.monotonic()
    look = shake_hands("localhost", raw_server(silence).port, 0.5)
    assert time.monotonic() - began < 3
    assert look.failure is not None
    assert look.failure.kind is FailureKind.TIMEOUT
    assert "still setting up TLS after 0.5 s" in look.failure.message
    assert look.cut_off


def test_one_byte_a_moment_ends_at_the_deadline_too(raw_server: Serve) -> None:
    def behave(connection: socket.socket, over: threading.Event) -> None:
        for number in (22, 3, 3, *[64] * 200):
            connection.sendall(bytes([number]))
            if over.wait(0.05):
                return

    began = time.monotonic()
    look = shake_hands("localhost", raw_server(behave).port, 0.5)
    assert time.monotonic() - began < 3
    assert look.failure is not None
    assert look.failure.kind is FailureKind.TIMEOUT


def test_an_endless_handshake_ends_at_a_cap(raw_server: Serve) -> None:
    def behave(connection: socket.socket, over: threading.Event) -> None:
        first_record(connection)
        # Records of ChangeCipherSpec, which a client of TLS 1.3 drops (RFC 8446 section 5).
        while not over.is_set():
            connection.sendall(bytes((20, 3, 3, 0, 1, 1)) * 4000)

    look = shake_hands("localhost", raw_server(behave).port, 5)
    assert look.failure is not None
    assert look.failure.kind in (FailureKind.TLS, FailureKind.RESET)


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-name.invalid"])
def test_where_nothing_listens_nothing_was_sent(host: str) -> None:
    look = shake_hands(host, 9, 2)
    assert look.size == 0
    assert not look.cut_off
    assert look.failure is not None
