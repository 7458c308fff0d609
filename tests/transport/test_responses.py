"""Answers that come before the request is complete: to an announced body, and while a body is still being sent."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from regdoctor.evidence.exchange import FailureKind
from regdoctor.http import Http, StreamedBody, TrustedCAs
from regdoctor.redaction import Secret
from tests.transport.conftest import Behaviour, RawServer, read_request

TOO_LARGE = b"HTTP/1.1 413 Request Entity Too Large\r\nServer: nginx\r\nContent-Length: 4\r\n\r\nbig!"
Answering = Callable[[bytes], RawServer]


@pytest.fixture
def door() -> Http:
    return Http(TrustedCAs())


@pytest.fixture
def hearing(raw_server: Callable[[Behaviour], RawServer]) -> Callable[[bytes], tuple[RawServer, list[bytes]]]:
    """Starts a server that answers with the given bytes, closes, and keeps what it was asked."""

    def start(answer: bytes) -> tuple[RawServer, list[bytes]]:
        heard: list[bytes] = []

        def behave(connection: socket.socket, over: threading.Event) -> None:
            heard.append(read_request(connection))
            connection.sendall(answer)
            with contextlib.suppress(OSError):
                heard.append(connection.recv(65536))

        return raw_server(behave), heard

    return start


def silent(connection: socket.socket, over: threading.Event) -> None:
    """Read nothing, say nothing."""
    over.wait(20)


def zeros(pieces: int, sent: list[int] | None = None) -> StreamedBody:
    """A body of so many pieces of 64 KiB; `sent` counts those that were asked for."""

    def make() -> Iterator[bytes]:
        for number in range(pieces):
            if sent is not None:
                sent.append(number)
            yield bytes(1 << 16)

    return StreamedBody(make, pieces << 16)


def test_an_announced_body_is_asked_for_and_none_is_sent(
    door: Http, hearing: Callable[[bytes], tuple[RawServer, list[bytes]]]
) -> None:
    server, heard = hearing(b"HTTP/1.1 100 Continue\r\nX-Early: no\r\n\r\n")
    exchange = door.announce("PATCH", server.url, 1 << 30, bearer=Secret("opaque-token", "token"))
    assert (exchange.status, exchange.body, exchange.failure) == (100, b"", None)
    request, _, body = heard[0].partition(b"\r\n\r\n")
    lines = request.split(b"\r\n")
    assert lines[0] == b"PATCH /v2/ HTTP/1.1"
    assert {b"Content-Length: 1073741824", b"Expect: 100-continue", b"Authorization: Bearer opaque-token"} <= {*lines}
    assert not any(line.lower().startswith(b"transfer-encoding") for line in lines)
    server.close()
    assert body == b""
    assert b"".join(heard[1:]) == b""


def test_a_refused_announcement_is_told_whole(door: Http, answering: Answering) -> None:
    exchange = door.announce("PUT", answering(TOO_LARGE).url, 5)
    assert (exchange.status, exchange.body, exchange.header("Server")) == (413, b"big!", "nginx")


def test_other_interim_answers_are_passed_over(door: Http, answering: Answering) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 2
    assert door.announce("PUT", answering(hints + TOO_LARGE).url, 5).status == 413
    assert door.announce("PUT", answering(hints + b"HTTP/1.1 100 Continue\r\n\r\n").url, 5).status == 100
    assert door.announce("PUT", answering(hints * 10).url, 5).failure is not None


def test_a_request_that_is_sent_waits_for_the_final_answer(door: Http, answering: Answering) -> None:
    assert door.send("PUT", answering(b"HTTP/1.1 100 Continue\r\n\r\n" + TOO_LARGE).url).status == 413


def test_who_never_answers_an_announcement_is_cut(door: Http, raw_server: Callable[[Behaviour], RawServer]) -> None:
    server = raw_server(silent)
    began = time.monotonic()
    exchange = door.announce("PATCH", server.url, 5, deadline=0.3)
    assert time.monotonic() - began < 10
    assert exchange.failure is not None
    assert exchange.failure.kind is FailureKind.TIMEOUT


def test_no_credentials_go_with_an_announcement_to_who_is_not_verified(door: Http) -> None:
    with pytest.raises(ValueError, match="never sent to a server that is not verified"):
        door.announce("PATCH", "https://127.0.0.1:9/", 5, bearer=Secret("opaque-token", "token"), verify=False)


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_an_answer_that_comes_while_the_body_is_sent_is_read(
    door: Http, raw_server: Callable[[Behaviour], RawServer], reset: bool
) -> None:
    def behave(connection: socket.socket, over: threading.Event) -> None:
        read_request(connection)
        connection.sendall(TOO_LARGE)
        connection.shutdown(socket.SHUT_WR)
        if reset:  # what is unread at the close, or this, makes the kernel send RST
            connection.recv(1 << 16)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    exchange = door.send("PATCH", raw_server(behave).url, body=zeros(512), deadline=10)
    # A reset may overtake the answer; then it is told as a connection that was closed, never as a broken pipe.
    if exchange.status is None:
        assert reset
        assert exchange.failure is not None
        assert exchange.failure.kind is FailureKind.RESET
        assert "roken pipe" not in exchange.failure.message
    else:
        assert (exchange.status, exchange.body) == (413, b"big!")


def test_a_connection_that_is_cut_while_the_body_is_sent_is_told_as_such(
    door: Http, raw_server: Callable[[Behaviour], RawServer]
) -> None:
    def behave(connection: socket.socket, over: threading.Event) -> None:
        read_request(connection)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    exchange = door.send("PATCH", raw_server(behave).url, body=zeros(512), deadline=10)
    assert exchange.status is None
    assert exchange.failure is not None
    assert exchange.failure.kind is FailureKind.RESET
    assert "roken pipe" not in exchange.failure.message


def test_a_server_that_never_reads_is_cut_at_the_deadline(
    door: Http, raw_server: Callable[[Behaviour], RawServer]
) -> None:
    asked: list[int] = []
    server = raw_server(silent)
    began = time.monotonic()
    exchange = door.send("PATCH", server.url, body=zeros(4096, asked), deadline=0.5)
    assert time.monotonic() - began < 10
    assert exchange.failure is not None
    assert exchange.failure.kind is FailureKind.TIMEOUT
    assert len(asked) < 4096
