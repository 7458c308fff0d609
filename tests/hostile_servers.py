"""Servers that do what no client should have to bear; each counts what it is sent, and none outlives its test."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from regdoctor.lab.certificates import Authority

Misbehaviour = Callable[["HostileServer", socket.socket], None]
"""What it does with one connection; it ends by itself when the connection is gone or the server is over."""

_LONGEST = 120.0
"""Seconds that a connection is kept at most, so that nothing is left of a test that went wrong."""


class HostileServer:
    """One port on loopback; each connection is a thread's."""

    def __init__(self, misbehave: Misbehaviour, tls: ssl.SSLContext | None = None) -> None:
        """Listens at once; `over` ends it."""
        self._misbehave = misbehave
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.over = threading.Event()
        self.received: list[bytes] = []
        self.connections = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def everything_received(self) -> bytes:
        """All bytes of all connections."""
        return b"".join(self.received)

    def close(self) -> None:
        """Take no more connections, and let go of those that are there."""
        self.over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    def request(self, connection: socket.socket) -> bytes:
        """One request's header section; empty where none comes."""
        got = b""
        while b"\r\n\r\n" not in got and len(got) < 1 << 20:
            piece = connection.recv(65536)
            if not piece:
                break
            got += piece
            self.received.append(piece)
        return got

    def _serve(self) -> None:
        while not self.over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        connection.settimeout(_LONGEST)
        with contextlib.suppress(OSError), connection:
            if self._tls is None:
                self._misbehave(self, connection)
                return
            with self._tls.wrap_socket(connection, server_side=True) as secured:
                self._misbehave(self, secured)


@contextmanager
def hostile(misbehave: Misbehaviour, tls: ssl.SSLContext | None = None) -> Iterator[HostileServer]:
    """A server that is there for the block."""
    server = HostileServer(misbehave, tls)
    try:
        yield server
    finally:
        server.close()


def says_nothing(server: HostileServer, connection: socket.socket) -> None:
    """Accepts and waits."""
    server.request(connection)
    server.over.wait(_LONGEST)


def one_byte_a_second(server: HostileServer, connection: socket.socket) -> None:
    """Answers, and never comes to the end of it."""
    server.request(connection)
    for byte in b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}":
        connection.sendall(bytes([byte]))
        if server.over.wait(1.0):
            return


def endless_headers(server: HostileServer, connection: socket.socket) -> None:
    """One header after the other."""
    server.request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not server.over.is_set():
        connection.sendall(b"X-More: " + b"m" * 4000 + b"\r\n")


def one_endless_header(server: HostileServer, connection: socket.socket) -> None:
    """One header whose value never ends."""
    server.request(connection)
    connection.sendall(b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer realm=")
    while not server.over.is_set():
        connection.sendall(b"r" * 65536)


def endless_body(server: HostileServer, connection: socket.socket) -> None:
    """A page without end, of which each byte could be the registry's."""
    server.request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nDocker-Distribution-Api-Version: registry/2.0\r\n\r\n{")
    while not server.over.is_set():
        connection.sendall(b" " * 65536)


def not_http(server: HostileServer, connection: socket.socket) -> None:
    """Answers in another language, with the characters that move a terminal's cursor."""
    server.request(connection)
    connection.sendall(b"\x1b[2J\x1b]0;owned\x07 * OK IMAP4rev1 \xff\xfe\r\n")


def closes_at_once(server: HostileServer, connection: socket.socket) -> None:
    """Takes the connection and lets go of it."""


def answering(status: str, *headers: str, body: bytes = b"") -> Misbehaviour:
    """Answers everything with this. `@PORT@` in a header is the server's own port."""

    def misbehave(server: HostileServer, connection: socket.socket) -> None:
        while server.request(connection):
            lines = "".join(f"{header}\r\n" for header in headers).replace("@PORT@", str(server.port))
            head = f"HTTP/1.1 {status}\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
            connection.sendall(head.encode() + body)

    return misbehave


def sending_uploads_to(location: str) -> Misbehaviour:
    """A registry, as far as GET /v2/ goes, which has no blobs, begins every upload and sends it on to `location`."""

    def misbehave(server: HostileServer, connection: socket.socket) -> None:
        while request := server.request(connection):
            begun = b"202 Accepted\r\nLocation: " + location.encode()
            status = begun if request.startswith(b"POST /v2/") and b"uploads" in request else b"200 OK"
            if request.startswith(b"HEAD "):
                connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                continue
            api = b"Docker-Distribution-Api-Version: registry/2.0"
            connection.sendall(b"HTTP/1.1 " + status + b"\r\n" + api + b"\r\nContent-Length: 2\r\n\r\n{}")

    return misbehave


def long_chain(folder: Path, certificates: int = 200) -> ssl.SSLContext:
    """TLS with that many certificates, of which the first is the server's."""
    pair = Authority("leaf").issue_for_localhost()
    others = [Authority(f"authority {number}").certificate for number in range(certificates - 1)]
    (folder / "chain.pem").write_text(pair.certificate + "".join(others))
    (folder / "chain.key").write_text(pair.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "chain.pem", folder / "chain.key")
    return context
