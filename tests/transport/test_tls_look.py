"""One TLS handshake without trust shows the chain as served; a server that misbehaves costs bounded time and memory."""

from __future__ import annotations

import base64
import socket
import ssl
import struct
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.transport import tls_look as module
from regdoctor.transport.tls_look import Handshake, is_own, look_at_tls
from tests.certificates import Pair, context_of, garbage, issue

StartServer = Callable[[Callable[[socket.socket, threading.Event], None]], Any]

ROOT = issue("test root", authority=True)
MIDDLE = issue("test intermediate", ROOT, authority=True)
SERVER = issue("server", MIDDLE, dns=("registry.example",))

_PRIME = (
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd"
    "ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed"
    "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff"
)
_DER = base64.encodebytes(bytes.fromhex(f"30818702818100{_PRIME}020102")).decode()
GROUP_OF_1024_BITS = f"-----BEGIN DH PARAMETERS-----\n{_DER}-----END DH PARAMETERS-----\n"
"""RFC 2409 section 6.2: what old servers bring along for DHE."""


def look(port: int, seconds: float = 5.0, host: str = "127.0.0.1") -> Handshake:
    return look_at_tls(host, port, seconds)


def failure_of(seen: Handshake) -> Failure:
    assert seen.failure is not None
    assert seen.chain == ()
    assert "\n" not in seen.failure.message
    assert len(seen.failure.message) <= 300
    return seen.failure


@pytest.fixture
def tls_server(raw_server: StartServer) -> Callable[..., int]:
    """Starts a server that sets up TLS by a context and answers each request with `answer`; gives its port."""

    def start(context: ssl.SSLContext, answer: bytes = b"", received: list[bytes] | None = None) -> int:
        def behave(connection: socket.socket, over: threading.Event) -> None:
            with context.wrap_socket(connection, server_side=True) as tls:
                request = tls.recv(65536)
                if received is not None:
                    received.append(request)
                tls.sendall(answer)

        port: int = raw_server(behave).port
        return port

    return start


def test_the_chain_comes_as_it_is_served_whoever_signed_it(tls_server: Callable[..., int]) -> None:
    received: list[bytes] = []
    context = context_of(SERVER, MIDDLE)
    context.set_alpn_protocols(["http/1.1"])
    seen = look(tls_server(context, received=received))
    assert seen.chain == (SERVER.der, MIDDLE.der)
    assert (seen.protocol, seen.alpn, seen.failure) == ("TLSv1.3", "http/1.1", None)
    assert seen.cipher.startswith("TLS_")
    assert (seen.old_only, seen.client_certificate, seen.client_authorities) == (False, None, ())
    assert seen.own_address
    assert received in ([], [b""]), "no request is sent where no certificate of a client was asked for"


def test_a_chain_in_disorder_and_expired_is_shown_as_it_is(tls_server: Callable[..., int]) -> None:
    expired = issue("server", MIDDLE, days=-1)
    seen = look(tls_server(context_of(expired, ROOT, MIDDLE, ROOT)))
    assert seen.chain == (expired.der, ROOT.der, MIDDLE.der, ROOT.der)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("registry.example", "registry.example"),
        ("registry.example.", "registry.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("127.0.0.1", None),
    ],
)
def test_only_a_name_is_sent_as_sni(
    tls_server: Callable[..., int], monkeypatch: pytest.MonkeyPatch, host: str, name: str | None
) -> None:
    here = socket.getaddrinfo("127.0.0.1", 0, type=socket.SOCK_STREAM)[0]
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, port, **__: [(*here[:4], ("127.0.0.1", port))])
    asked: list[str | None] = []
    context = context_of(SERVER)
    context.sni_callback = lambda _tls, name, _context: asked.append(name)
    assert look(tls_server(context), host=host).failure is None
    assert asked == [name]


def test_the_first_of_h2_and_http_1_is_offered(tls_server: Callable[..., int]) -> None:
    context = context_of(SERVER)
    context.set_alpn_protocols(["http/1.1", "h2"])
    assert look(tls_server(context)).alpn == "http/1.1"
    context.set_alpn_protocols(["spdy/1"])
    assert look(tls_server(context)).alpn == ""


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_a_server_of_old_protocols_alone_is_looked_at_again(
    tls_server: Callable[..., int], version: ssl.TLSVersion
) -> None:
    context = context_of(SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    seen = look(tls_server(context))
    assert (seen.old_only, seen.failure, seen.chain) == (True, None, (SERVER.der,))
    assert seen.protocol == version.name.replace("_", ".")
    assert seen.refused_first is not None
    assert "alert protocol version" in seen.refused_first.message


def test_a_server_of_weak_keys_alone_is_looked_at_again(tls_server: Callable[..., int], tmp_path: Path) -> None:
    context = context_of(issue("server", key=rsa.generate_private_key(65537, 2048)), tls12=True)
    context.set_ciphers("DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0")
    (tmp_path / "dh.pem").write_text(GROUP_OF_1024_BITS)
    context.load_dh_params(str(tmp_path / "dh.pem"))
    seen = look(tls_server(context))
    assert (seen.old_only, seen.failure, seen.cipher) == (True, None, "DHE-RSA-AES128-GCM-SHA256")
    assert seen.refused_first is not None
    assert "dh key too small" in seen.refused_first.message


@pytest.mark.parametrize("tls12", [False, True])
def test_a_demand_for_a_clients_certificate_is_told_with_the_chain(tls_server: Callable[..., int], tls12: bool) -> None:
    context = context_of(SERVER, MIDDLE, tls12=tls12)
    context.verify_mode = ssl.CERT_REQUIRED
    seen = look(tls_server(context))
    assert (seen.failure, seen.chain, seen.old_only) == (None, (SERVER.der, MIDDLE.der), False)
    assert seen.protocol == ("TLSv1.2" if tls12 else "TLSv1.3")
    assert seen.client_certificate is not None
    assert ("handshake failure" if tls12 else "certificate required") in seen.client_certificate.message


@pytest.mark.parametrize("page", ["No required SSL certificate was sent", "The SSL certificate error"])
@pytest.mark.parametrize("protocols", [["http/1.1"], ["h2", "http/1.1"]])
def test_a_demand_that_is_told_in_http_is_understood(
    tls_server: Callable[..., int], page: str, protocols: list[str]
) -> None:
    context = context_of(SERVER)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.set_alpn_protocols(protocols)
    received: list[bytes] = []
    seen = look(tls_server(context, f"HTTP/1.1 400 Bad Request\r\n\r\n<h1>{page}</h1>".encode(), received))
    assert seen.client_certificate is not None
    assert seen.client_certificate.message.endswith(f"it answers 400, {page}")
    assert seen.alpn == protocols[0]
    (request,) = filter(None, received)
    assert request.startswith(b"GET /v2/ HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"uthorization" not in request


@pytest.mark.parametrize("answer", [b"HTTP/1.1 401 Unauthorized\r\n\r\n{}", b"", b"\0\xff" * 20000])
def test_a_request_for_a_certificate_that_may_be_declined_is_no_demand(
    tls_server: Callable[..., int], answer: bytes
) -> None:
    context = context_of(SERVER)
    context.verify_mode = ssl.CERT_OPTIONAL
    seen = look(tls_server(context, answer))
    assert (seen.failure, seen.client_certificate, seen.chain) == (None, None, (SERVER.der,))


def _answer_in_http(connection: socket.socket, over: threading.Event) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def _say_nothing(connection: socket.socket, over: threading.Event) -> None:
    over.wait(20)


def _drip(connection: socket.socket, over: threading.Event) -> None:
    for byte in b"\x16\x03\x03\x40\x00" + bytes(190):
        connection.sendall(bytes([byte]))
        if over.wait(0.1):
            return


def _flood(connection: socket.socket, over: threading.Event) -> None:
    connection.recv(65536)
    while not over.is_set():
        connection.sendall(bytes(65536))


@pytest.mark.parametrize(
    ("there", "here", "own"),
    [
        (("127.0.0.2", 443), ("127.0.0.1", 50000), True),
        (("10.0.0.5", 443), ("10.0.0.5", 50000), True),
        (("::ffff:10.0.0.5", 443, 0, 0), ("::ffff:10.0.0.5", 50000, 0, 0), True),
        (("10.0.0.6", 443), ("10.0.0.5", 50000), False),
        (("2001:db8::6", 443, 0, 0), ("2001:db8::5", 50000, 0, 0), False),
    ],
)
def test_an_address_is_this_hosts_own_where_both_ends_have_it(there: Any, here: Any, own: bool) -> None:
    class Connected:
        def getpeername(self) -> Any:
            return there

        def getsockname(self) -> Any:
            return here

    assert is_own(Connected()) is own  # type: ignore[arg-type]


def test_through_a_proxy_nothing_is_this_hosts_own(
    tls_server: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "goes_through_proxy", lambda url: True)
    assert not look(tls_server(context_of(SERVER))).own_address


def test_a_connection_that_is_gone_is_nobodys_own() -> None:
    with socket.socket() as never_connected:
        assert is_own(never_connected) is False


def _close(connection: socket.socket, over: threading.Event) -> None:
    connection.recv(65536)


def _reset(connection: socket.socket, over: threading.Event) -> None:
    connection.recv(65536)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize(
    ("behave", "kind", "words"),
    [
        (_say_nothing, FailureKind.TIMEOUT, "still setting up TLS after 0.6 s"),
        (_drip, FailureKind.TIMEOUT, "still setting up TLS after 0.6 s"),
        (_flood, FailureKind.TLS, "wrong version number"),
        (_answer_in_http, FailureKind.TLS, ": it does not speak TLS; most likely plain HTTP"),
        (_close, FailureKind.RESET, "closed the connection in the middle of TLS"),
        (_reset, FailureKind.RESET, "closed the connection while setting up TLS"),
    ],
)
def test_a_server_that_misbehaves_costs_no_more_than_the_time_allowed(
    raw_server: StartServer, behave: Callable[[socket.socket, threading.Event], None], kind: FailureKind, words: str
) -> None:
    port = raw_server(behave).port
    began = time.monotonic()
    failure = failure_of(look(port, 0.6))
    assert time.monotonic() - began < 10
    assert failure.kind is kind
    assert failure.message.startswith(f"127.0.0.1:{port}: ")
    assert words in failure.message


def test_a_server_that_asks_for_a_certificate_and_then_says_nothing_has_shown_its_chain(
    raw_server: StartServer,
) -> None:
    context = context_of(SERVER)
    context.verify_mode = ssl.CERT_OPTIONAL

    def behave(connection: socket.socket, over: threading.Event) -> None:
        with context.wrap_socket(connection, server_side=True):
            over.wait(20)

    seen = look(raw_server(behave).port, 0.6)
    assert (seen.failure, seen.client_certificate, seen.chain) == (None, None, (SERVER.der,))


def test_a_dead_port_and_a_name_that_is_none_are_told() -> None:
    assert failure_of(look(9)).kind is FailureKind.REFUSED
    assert failure_of(look(443, host="no-such-host.invalid")).kind is FailureKind.NAME
    assert failure_of(look(443, host="a" * 300)).kind in (FailureKind.NAME, FailureKind.SCHEME)
    assert failure_of(look(443, host="bü" * 100 + ".example")).kind in (FailureKind.NAME, FailureKind.SCHEME)


def test_a_chain_of_two_hundred_is_read_to_its_end(tls_server: Callable[..., int]) -> None:
    more = issue("x", authority=True)
    seen = look(tls_server(context_of(SERVER, *[more] * 199)))
    assert len(seen.chain) == 200
    assert seen.chain[0] == SERVER.der


def test_a_chain_beyond_openssls_bound_is_a_clear_line(tls_server: Callable[..., int]) -> None:
    note = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), bytes(2000))
    more = issue("x", extensions=[(note, False)])
    message = failure_of(look(tls_server(context_of(SERVER, *[more] * 99)))).message
    assert "more than 100 kilobytes" in message


def test_garbage_in_an_extension_does_not_hide_the_chain(tls_server: Callable[..., int]) -> None:
    broken: Pair = issue("server", extensions=[garbage("1.3.6.1.5.5.7.1.1"), garbage("1.2.3.4")])
    assert look(tls_server(context_of(broken))).chain == (broken.der,)
