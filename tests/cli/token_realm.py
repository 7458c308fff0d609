"""A token service of the test's own, which a real docker-registry trusts: GET with Basic, and the OAuth2 form."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.serialization import load_pem_private_key

from regdoctor.distribution.scopes import Access, parse_scopes
from regdoctor.distribution.tokens import sign_token
from tests.conftest import _pair

PASSWORD = "canary-of-a-password-7Q"
IDENTITY = "canary-of-an-identity-token-3f"
SERVICE, ISSUER = "container_registry", "gitlab-issuer"


@dataclass
class Realm:
    """It grants what it is told to, to the login `me` and to whoever has the identity token."""

    port: int
    grants: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The actions, by the resource's name."""
    knows_form: bool = True
    """False: 404 to POST, as GitLab's /jwt/auth."""
    open: bool = False
    """Whether it grants to those without a login too."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """The method and who asked, of each request."""
    given: list[str] = field(default_factory=list)

    def answer(self, method: str, who: str, asked: dict[str, list[str]]) -> tuple[int, dict[str, Any] | None]:
        """Status and JSON; None for no body."""
        self.asked.append((method, who))
        if method == "POST" and not self.knows_form:
            return 404, None
        if who not in ("", f"me:{PASSWORD}", IDENTITY):
            return 403, {"errors": [{"code": "DENIED", "message": f"access forbidden {who}"}]}
        granted = [
            Access(scope.type, scope.name, tuple(one for one in scope.actions if one in self.grants[scope.name]))
            for scope in parse_scopes(" ".join(asked.get("scope", [])))
            if (who or self.open) and scope.name in self.grants
        ]
        key = load_pem_private_key(_pair(0)[1], password=None)
        token = sign_token(
            key, issuer=ISSUER, audience=SERVICE, subject="me", access=tuple(granted), now=time.time() - 10
        ).reveal()
        self.given.append(token)
        body = {"access_token": token, "token": token, "expires_in": 300}
        wants_more = asked.get("access_type") == ["offline"] or asked.get("offline_token") == ["true"]
        return 200, body | ({"refresh_token": IDENTITY} if wants_more else {})


@contextmanager
def serving() -> Iterator[Realm]:
    """The service on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            scheme, _, encoded = self.headers.get("Authorization", "").partition(" ")
            who = base64.b64decode(encoded).decode() if scheme == "Basic" else ""
            self.end(*realm.answer("GET", who, parse_qs(urlsplit(self.path).query)))

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            login = ":".join(form.get(name, [""])[0] for name in ("username", "password"))
            who = login if form["grant_type"] == ["password"] else form["refresh_token"][0]
            self.end(*realm.answer("POST", who, form))

        def end(self, status: int, answer: dict[str, Any] | None) -> None:
            body = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the library
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        realm = Realm(server.server_port)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield realm
        server.shutdown()
        thread.join(10)


def shown_secrets(text: str, realm: Realm) -> list[str]:
    """What of the password, the identity token and the tokens stands in the text, whole or in base64."""
    joined = text.replace("\n", "")
    secrets = [PASSWORD, IDENTITY, *realm.given, *(one.rpartition(".")[2] for one in realm.given)]
    logins = [f"me:{PASSWORD}", PASSWORD, IDENTITY]
    secrets += [base64.b64encode(one.encode()).decode().rstrip("=") for one in logins]
    return [secret for secret in secrets if secret in joined]
