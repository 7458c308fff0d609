"""A registry and its token service, which say back whatever secret they are sent, wherever they can."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

API = ("Docker-Distribution-Api-Version", "registry/2.0")
MANNERS = (
    "gives tokens",
    "denies in JSON",
    "denies in HTML",
    "leads elsewhere",
    "challenges",
    "breaks off",
    "has a login in it",
)
"""What the token service does with whoever asks it."""


class EchoingRealm(ThreadingHTTPServer):
    """One port on loopback for both."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves in the middle is nothing to tell."""

    def __init__(self, manner: str, tokens: dict[str, str], realm_password: str) -> None:
        """Listens at once. tokens: the members of the answer where it gives any."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.manner = manner
        self.tokens = tokens
        self.realm_password = realm_password
        self.heard: list[str] = []
        """Every Authorization header that came."""

    @property
    def url(self) -> str:
        """The registry's address."""
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def realm(self) -> str:
        """The token service's address."""
        login = f"someone:{self.realm_password}@" if self.manner == "has a login in it" else ""
        return f"http://{login}127.0.0.1:{self.server_port}/auth"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: EchoingRealm

    def do_GET(self) -> None:
        said = self.headers.get("Authorization", "")
        self.server.heard.append(said)
        if self.path.startswith("/auth"):
            self._as_token_service(_echo(said))
        else:
            self._as_registry(_echo(said))

    do_HEAD = do_POST = do_GET  # noqa: N815 - its name in the library

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the library
        """Say nothing."""

    def _as_registry(self, echo: str) -> None:
        quoted = echo.replace("\\", "\\\\").replace('"', '\\"')
        challenge = f'Bearer realm="{self.server.realm}",service="registry",error="invalid_token {quoted}"'
        errors = {"errors": [{"code": "UNAUTHORIZED", "message": f"no {echo}", "detail": {echo: echo}}]}
        self._answer(401, "application/json", json.dumps(errors), API, ("WWW-Authenticate", challenge))

    def _as_token_service(self, echo: str) -> None:
        match self.server.manner:
            case "gives tokens":
                self._answer(200, "application/json", json.dumps(self.server.tokens))
            case "denies in JSON":
                errors = [{"code": f"DENIED {echo}", "message": f"access forbidden {echo}", "detail": echo}]
                tokens = self.server.tokens
                self._answer(403, "application/json", json.dumps({"errors": errors, "details": echo, **tokens}))
            case "denies in HTML":
                title = f"<title>Sign in {echo}</title><h1>{echo}</h1>{json.dumps(self.server.tokens)}"
                self._answer(200, "text/html", f"<!DOCTYPE html><html>{title}</html>")
            case "leads elsewhere":
                there = f"http://someone:{self.server.realm_password}@127.0.0.1:9/sign_in?back={quote(echo)}&token="
                self._answer(302, "text/html", "", ("Location", there + self.server.tokens["token"]))
            case "challenges":
                self._answer(401, "text/plain", echo, ("WWW-Authenticate", f'Basic realm="{echo}"'))
            case _:
                self.send_response(500, f"broken {echo}")
                self.send_header("X-Echo", echo)
                self.send_header("Content-Length", "1000000")
                self.end_headers()
                self.wfile.write(echo.encode())  # and no more of it
                self.close_connection = True

    def _answer(self, status: int, kind: str, body: str, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(body.encode()))), *headers):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body.encode())


def _echo(said: str) -> str:
    """What came with an Authorization header, in the forms in which a server's error message may show it.

    base64 in its three alignments, which is the header itself, and what others make of it.
    """
    scheme, _, encoded = said.partition(" ")
    if scheme == "Basic":
        username, _, secret = base64.b64decode(encoded).decode().partition(":")
    elif scheme == "Bearer":
        username, secret = "bearer", encoded
    else:
        return ""
    pairs = [f"{'x' * before}{secret}{after}" for before in range(3) for after in ("", "xy")]
    return " ".join(
        [
            f"{username}:{secret}",
            encoded,
            f"signature {secret.rpartition('.')[2]}",
            quote(secret, safe=""),
            secret.encode().hex(),
            secret.encode().hex().upper(),
            json.dumps(secret),
            repr(secret),
            *(base64.b64encode(pair.encode()).decode() for pair in pairs),
            *(base64.urlsafe_b64encode(pair.encode()).decode() for pair in pairs),
        ]
    )


@contextmanager
def echoing_realm(manner: str, tokens: dict[str, str], realm_password: str) -> Iterator[EchoingRealm]:
    """One that is there for the block."""
    with EchoingRealm(manner, tokens, realm_password) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(10)
