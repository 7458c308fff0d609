"""Small HTTP servers on loopback, and a door to them."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from regdoctor import redaction
from regdoctor.http import Http, TrustedCAs


@dataclass(frozen=True)
class Seen:
    """One request as a server got it."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


Answer = tuple[int, Mapping[str, str], bytes]
Route = Callable[[Seen], Answer]


@dataclass
class Server:
    """A server that answers by a function and keeps what it was asked."""

    http: ThreadingHTTPServer
    scheme: str = "http"
    seen: list[Seen] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return f"{self.scheme}://127.0.0.1:{self.http.server_address[1]}"

    def asked(self) -> list[str]:
        """The requests as `METHOD /path`."""
        return [f"{one.method} {one.path}" for one in self.seen]


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some tests are about."""


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts a server that answers by `route`, with TLS where a context is given; all are closed with the test."""
    started: list[tuple[Server, threading.Thread]] = []

    def start(route: Route, tls: ssl.SSLContext | None = None) -> Server:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.0"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                one = Seen(self.command, self.path, dict(self.headers.items()), body)
                server.seen.append(one)
                status, headers, content = route(one)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(b"" if self.command == "HEAD" else content)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - http.server calls them so

            def log_message(self, *_: object) -> None:
                """Nothing on the test's standard error."""

        http = _Quiet(("127.0.0.1", 0), Handler)
        if tls is not None:
            http.socket = tls.wrap_socket(http.socket, server_side=True)
        server = Server(http, "https" if tls else "http")
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        started.append((server, thread))
        return server

    yield start
    for server, thread in started:
        server.http.shutdown()
        thread.join(10)
        server.http.server_close()


@pytest.fixture
def door() -> Http:
    """The HTTP door with the system's trust alone."""
    return Http(TrustedCAs())


@pytest.fixture(autouse=True)
def _secrets_of_this_test() -> Iterator[None]:
    """Keeps the secrets that a test plants from being wiped out of what later tests look at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redaction, "_known", {})
        yield


@pytest.fixture
def dead_url() -> str:
    """An address where nothing listens: port 9 (discard) of loopback."""
    return "http://127.0.0.1:9"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-signed certificate for 127.0.0.1, and beside it its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "ca.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "ca.crt").write_bytes(signed.public_bytes(Encoding.PEM))
    return tmp_path / "ca.crt"


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    """For a server with that certificate, which nobody trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    return context
