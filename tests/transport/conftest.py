"""Servers on loopback that misbehave as a test tells them to."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

Behaviour = Callable[[socket.socket, threading.Event], None]
"""What a server does with one connection, until it returns or the event says that the test is over."""


class RawServer:
    """Accepts connections on a free port of 127.0.0.1 and lets a behaviour loose on each."""

    def __init__(self, behave: Behaviour) -> None:
        """Listen at once."""
        self._behave = behave
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        """Its address as plain HTTP."""
        return f"http://127.0.0.1:{self.port}/v2/"

    def close(self) -> None:
        """End every connection and wait for the threads."""
        self._over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            self._behave(connection, self._over)


@pytest.fixture
def raw_server() -> Iterator[Callable[[Behaviour], RawServer]]:
    """Starts servers, and ends them with the test."""
    started: list[RawServer] = []

    def start(behave: Behaviour) -> RawServer:
        started.append(RawServer(behave))
        return started[-1]

    yield start
    for server in started:
        server.close()


@pytest.fixture
def answering(raw_server: Callable[[Behaviour], RawServer]) -> Callable[[bytes], RawServer]:
    """Starts a server that reads one request's headers, answers with the given bytes, and closes."""

    def start(answer: bytes) -> RawServer:
        def behave(connection: socket.socket, over: threading.Event) -> None:
            read_request(connection)
            connection.sendall(answer)

        return raw_server(behave)

    return start


def read_request(connection: socket.socket) -> bytes:
    """All up to the empty line after the headers, or up to the end."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            break
        received += piece
    return received


NOW = datetime.datetime.now(datetime.UTC)
AUTHORITY_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "regdoctor test authority")])


@pytest.fixture(scope="session")
def authority_key() -> ec.EllipticCurvePrivateKey:
    """The key of the authority that signs the servers' certificates."""
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="session")
def authority(authority_key: ec.EllipticCurvePrivateKey) -> str:
    """The authority's certificate in PEM form."""
    basic = x509.BasicConstraints(ca=True, path_length=None)
    builder = _certificate(AUTHORITY_NAME, authority_key.public_key(), days=2)
    signed = builder.add_extension(basic, critical=True).sign(authority_key, hashes.SHA256())
    return signed.public_bytes(Encoding.PEM).decode()


@pytest.fixture
def https_server(
    raw_server: Callable[[Behaviour], RawServer], tmp_path: Path, authority_key: ec.EllipticCurvePrivateKey
) -> Callable[..., str]:
    """Starts an HTTPS server with a certificate of `authority` for a host and some days; gives its URL."""

    def start(*, host: str = "127.0.0.1", days: int = 2) -> str:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.IPAddress(ipaddress.ip_address(host)) if host[0].isdigit() else x509.DNSName(host)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server")])
        builder = _certificate(subject, key.public_key(), days)
        builder = builder.add_extension(x509.SubjectAlternativeName([name]), critical=False)
        file = tmp_path / "server.pem"
        file.write_bytes(
            builder.sign(authority_key, hashes.SHA256()).public_bytes(Encoding.PEM)
            + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)

        def behave(connection: socket.socket, over: threading.Event) -> None:
            with context.wrap_socket(connection, server_side=True) as tls:
                tls.recv(65536)
                tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

        return f"https://127.0.0.1:{raw_server(behave).port}/v2/"

    return start


def _certificate(subject: x509.Name, key: ec.EllipticCurvePublicKey, days: int) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(AUTHORITY_NAME)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - datetime.timedelta(days=3))
        .not_valid_after(NOW + datetime.timedelta(days=days))
    )
