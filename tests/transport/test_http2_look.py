"""GET by HTTP/2 against servers that answer, refuse, break the protocol, or never come to an end."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import RequestReceived

from regdoctor.evidence.exchange import FailureKind
from regdoctor.evidence.http2_answer import Http2End
from regdoctor.lab.certificates import Authority
from regdoctor.transport.http2_look import get_by_http2

Talk = Callable[[ssl.SSLSocket, H2Connection], None]
"""What a server does once the request has come."""
OK = [(":status", "401"), ("server", "nginx"), ("content-length", "2")]
PING_ACK = bytes.fromhex("000008060000000000") + b"\0" * 8


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that nobody trusts, with its key."""
    made = Authority("test").issue_for_localhost()
    file = tmp_path_factory.mktemp("http2") / "server.pem"
    file.write_text(made.certificate + made.key)
    return file


@pytest.fixture
def seen() -> list[tuple[bytes, bytes]]:
    """The headers that came."""
    return []


@pytest.fixture
def http2_server(raw_server: Any, pair: Path, seen: list[tuple[bytes, bytes]]) -> Callable[..., str]:
    """Starts a server that chooses the given protocol and lets `talk` loose; gives its URL."""

    def start(talk: Talk, chosen: str = "h2", *, reads: bool = True) -> str:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair)
        context.set_alpn_protocols([chosen])

        def behave(connection: socket.socket, over: threading.Event) -> None:
            with context.wrap_socket(connection, server_side=True) as tls:
                state = H2Connection(
                    H2Configuration(client_side=False, header_encoding=False, validate_outbound_headers=False)
                )
                if reads and chosen == "h2":
                    state.initiate_connection()
                    while not seen:
                        for event in state.receive_data(tls.recv(65536)):
                            if isinstance(event, RequestReceived):
                                seen.extend((bytes(name), bytes(value)) for name, value in event.headers or ())
                talk(tls, state)
                tls.sendall(state.data_to_send())
                over.wait(2)

        return f"https://localhost:{raw_server(behave).port}/v2/"

    return start


def answers(tls: ssl.SSLSocket, state: H2Connection) -> None:
    """A registry's answer."""
    state.send_headers(1, OK)
    state.send_data(1, b"{}", end_stream=True)


def test_an_answer_is_kept_as_an_exchange(http2_server: Callable[..., str]) -> None:
    look = get_by_http2(http2_server(answers), 5)
    assert look.end is Http2End.ANSWERED
    assert look.exchange.failure is None
    assert (look.exchange.status, look.exchange.header("Server"), look.exchange.body) == (401, "nginx", b"{}")
    assert look.exchange.verified is False
    assert not any(name.startswith(":") for name, _ in look.exchange.headers)


def test_the_request_is_what_clients_send_and_carries_no_credentials(
    http2_server: Callable[..., str], seen: list[tuple[bytes, bytes]]
) -> None:
    url = http2_server(answers)
    assert get_by_http2(url, 5).end is Http2End.ANSWERED
    assert (b":authority", url.split("/")[2].encode()) in seen
    assert (b":path", b"/v2/") in seen
    assert b"authorization" not in {name for name, _ in seen}


def goaway(tls: ssl.SSLSocket, state: H2Connection) -> None:
    """What Envoy and the like send to whom they do not want."""
    state.close_connection(ErrorCodes.INADEQUATE_SECURITY, additional_data=b"no\x1b[31m", last_stream_id=0)


def reset(tls: ssl.SSLSocket, state: H2Connection) -> None:
    """The stream alone."""
    state.reset_stream(1, ErrorCodes.PROTOCOL_ERROR)


def capitals(tls: ssl.SSLSocket, state: H2Connection) -> None:
    """A header as HTTP/1.1 writes it."""
    state.config.normalize_outbound_headers = False
    state.send_headers(1, [(":status", "200"), ("Server", "x")], end_stream=True)


def no_status(tls: ssl.SSLSocket, state: H2Connection) -> None:
    """Headers that are no answer."""
    state.send_headers(1, [(":status", "fine")], end_stream=True)


@pytest.mark.parametrize(
    ("talk", "end", "code", "words"),
    [
        (goaway, Http2End.GOAWAY, "INADEQUATE_SECURITY", "HTTP/2: server sent GOAWAY with INADEQUATE_SECURITY"),
        (reset, Http2End.RESET, "PROTOCOL_ERROR", "HTTP/2: stream error: stream ID 1; PROTOCOL_ERROR"),
        (capitals, Http2End.BROKEN, "", "the header 'Server' has capital letters"),
        (no_status, Http2End.BROKEN, "", "an answer without a status"),
    ],
)
def test_what_breaks_it_is_named(
    talk: Talk, end: Http2End, code: str, words: str, http2_server: Callable[..., str]
) -> None:
    look = get_by_http2(http2_server(talk), 5)
    assert (look.end, look.code) == (end, code)
    assert look.exchange.failure is not None
    assert words in look.exchange.failure.message
    assert look.exchange.failure.message.isprintable()


def test_an_answer_of_http1_after_h2_was_chosen_is_recognised(http2_server: Callable[..., str]) -> None:
    def talk(tls: ssl.SSLSocket, _: H2Connection) -> None:
        for piece in (b"HT", b"TP/1.1 301 Moved", b" Permanently\r\nLocation: /\x1b[31m%2A\r\n\r\n"):
            tls.sendall(piece)

    look = get_by_http2(http2_server(talk, reads=False), 5)
    assert look.end is Http2End.AS_HTTP1
    assert look.exchange.failure is not None
    assert "the server chose h2 and answered as HTTP/1.1: 'HTTP/1.1 301" in look.exchange.failure.message
    assert look.exchange.failure.message.isprintable()


@pytest.mark.parametrize("junk", [b"\x00" * 64, b"\xff" * 64, b"SSH-2.0-OpenSSH_9.2\r\n"], ids=["zeros", "ones", "ssh"])
def test_bytes_that_are_no_frames_break_nothing_here(junk: bytes, http2_server: Callable[..., str]) -> None:
    look = get_by_http2(http2_server(lambda tls, _: tls.sendall(junk), reads=False), 0.4)
    assert look.end in (Http2End.BROKEN, Http2End.SILENT)


def test_a_server_that_says_nothing_is_left_at_the_deadline(http2_server: Callable[..., str]) -> None:
    began = time.monotonic()
    look = get_by_http2(http2_server(lambda tls, _: None, reads=False), 0.5)
    assert time.monotonic() - began < 3
    assert look.end is Http2End.SILENT
    assert look.exchange.failure is not None
    assert look.exchange.failure.kind is FailureKind.TIMEOUT
    assert "HTTP/2: still waiting for the response after 0.5 s" in look.exchange.failure.message


def test_endless_frames_end_at_a_cap(http2_server: Callable[..., str]) -> None:
    def talk(tls: ssl.SSLSocket, _: H2Connection) -> None:
        tls.sendall(bytes.fromhex("000000040000000000"))
        for _number in range(4000):
            tls.sendall(PING_ACK * 20)

    look = get_by_http2(http2_server(talk, reads=False), 10)
    assert look.end is Http2End.BROKEN
    assert look.exchange.failure is not None
    assert "256 KiB of frames, and no end of the answer" in look.exchange.failure.message


def test_a_body_is_cut_at_its_cap(http2_server: Callable[..., str]) -> None:
    def talk(tls: ssl.SSLSocket, state: H2Connection) -> None:
        state.send_headers(1, [(":status", "200")])
        # As much as the first window lets through (RFC 9113 section 6.9.2: 65,535 bytes).
        for _ in range(4):
            state.send_data(1, b"x" * 16000)
        tls.sendall(state.data_to_send())
        events: list[object] = []
        while not events:
            events = [one for one in state.receive_data(tls.recv(65536)) if "WindowUpdated" in type(one).__name__]
        state.send_data(1, b"x" * 8000, end_stream=True)

    look = get_by_http2(http2_server(talk), 5)
    assert look.end is Http2End.ANSWERED
    assert (len(look.exchange.body), look.exchange.truncated) == (65536, True)


def test_a_server_that_closes_is_told(http2_server: Callable[..., str]) -> None:
    look = get_by_http2(http2_server(lambda tls, _: tls.shutdown(socket.SHUT_RDWR), reads=False), 5)
    assert look.end is Http2End.CLOSED


def test_where_http1_is_chosen_nothing_is_asked(http2_server: Callable[..., str]) -> None:
    look = get_by_http2(http2_server(lambda tls, _: None, "http/1.1"), 5)
    assert (look.end, look.exchange.failure) == (Http2End.NOT_CHOSEN, None)


@pytest.mark.parametrize("url", ["https://127.0.0.1:9/v2/", f"https://{'a' * 70}.example/v2/"])
def test_what_is_not_reached_is_told(url: str) -> None:
    look = get_by_http2(url, 2)
    assert look.end is Http2End.NOT_REACHED
    assert look.exchange.failure is not None
