"""Entra ID on loopback, and before Azurite what refuses a token's identity the data actions that its role has not.

Real: azure-identity's requests, the signatures of user delegation links (Azurite checks them, and the tokens' times,
issuer and audience), every call that is let through. Played: the token endpoint, which issues tokens that nobody
signed, and the refusals, in the words that the Blob service REST API documents; Azurite itself refuses a token nothing.
"""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from regdoctor.distribution.azure_operations import DELEGATE, DELETE, READ, WRITE
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.evidence.trust import TrustedCAs
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.lab.certificates import Authority
from regdoctor.lab.client import Answer, send
from regdoctor.lab.processes import Processes
from tests.e2e.azurite import ACCOUNT, Azurite

ALL = frozenset((READ, WRITE, DELETE, DELEGATE))
TENANT, CLIENT, SECRET = "3f2b8c1e-contoso", "registry-application", "s3cr3t~of~the~client"
_ACTIONS = {"GET": READ, "HEAD": READ, "PUT": WRITE, "DELETE": DELETE, "POST": DELEGATE}
_DENIED = (
    '<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthorizationPermissionMismatch</Code><Message>This request is '
    "not authorized to perform this operation using this permission.</Message></Error>"
)


@dataclass
class EntraStand:
    """A stand; `start` it, and `close` it."""

    folder: Path
    processes: Processes
    authority: Authority = field(default_factory=lambda: Authority("entra stand"))
    held: frozenset[str] = ALL
    """The data actions that the application's role has from now on."""
    forms: list[dict[str, str]] = field(default_factory=list)
    """What the token endpoint was sent, the newest last."""
    stored: list[str] = field(default_factory=list)
    """The requests that the storage was sent."""
    url: str = ""
    _front: ThreadingHTTPServer | None = None

    def start(self) -> None:
        """Start Azurite, and the front before it."""
        pair = self.authority.issue_for_localhost()
        self.azurite = Azurite(self.folder, self.processes, pair=pair, trusted=self.authority.certificate)
        self.azurite.start()
        self.context = ssl.create_default_context(cadata=self.authority.certificate)
        served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        served.load_cert_chain(self.folder / "azurite.pem", self.folder / "azurite.key")
        self._front = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._front.socket = served.wrap_socket(self._front.socket, server_side=True)
        threading.Thread(target=self._front.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.url = f"https://127.0.0.1:{self._front.server_address[1]}"

    def close(self) -> None:
        """End both."""
        self.processes.stop_all()
        if self._front is not None:
            self._front.shutdown()
            self._front.server_close()

    @property
    def trust(self) -> TrustedCAs:
        """Its authority."""
        return TrustedCAs((("entra.pem", self.authority.certificate),))

    @property
    def service(self) -> ServiceEnvironment:
        """The registry's unit, whose environment names this stand as the authority."""
        place = Place("registry.service", 4)
        return ServiceEnvironment("registry.service", (("AZURE_AUTHORITY_HOST", self.url, place),))

    def config(self, container: str, secret: str = SECRET) -> RegistryConfig:
        """A configuration of distribution 3 that asks as the application."""
        principal = f"{{type: client_secret, tenantid: {TENANT}, clientid: {CLIENT}, secret: {secret}}}"
        text = (
            f"version: 0.1\nstorage:\n  azure:\n    accountname: {ACCOUNT}\n    container: {container}\n"
            f"    serviceurl: '{self.url}/{ACCOUNT}'\n    credentials: {principal}\n"
        )
        return parse_registry_config(text.encode(), "config.yml")

    def token(self, body: bytes) -> tuple[int, dict[str, object]]:
        """What the token endpoint answers to a form."""
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        self.forms.append(form)
        if (form["client_id"], form["client_secret"]) != (CLIENT, SECRET):
            told = "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is the value."
            return 401, {"error": "invalid_client", "error_description": told}
        now = int(time.time())
        claims: dict[str, object] = {
            "aud": "https://storage.azure.com",
            "iss": f"https://sts.windows.net/{TENANT}/",
            "oid": "object",
        }
        claims |= {"tid": TENANT, "appid": CLIENT}
        times = {"iat": now - 5, "nbf": now - 5, "exp": now + 3600}
        token = f"{_encoded({'alg': 'RS256', 'typ': 'JWT'})}.{_encoded(claims | times)}.c2lnbmF0dXJl"
        return 200, {"access_token": token, "expires_in": 3599, "token_type": "Bearer"}

    def discovery(self) -> dict[str, object]:
        """The authority's configuration (OpenID Connect Discovery 1.0)."""
        here = f"{self.url}/{TENANT}"
        endpoints = {f"{name}_endpoint": f"{here}/oauth2/v2.0/{name}" for name in ("token", "authorization")}
        return {**endpoints, "issuer": f"{here}/v2.0"}

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        """What the storage answers: the refusal of what the role lacks, else what Azurite says."""
        self.stored.append(f"{method} {target}")
        by_token = headers.get("authorization", "").startswith("Bearer ") or "skoid=" in target
        if by_token and _ACTIONS[method] not in self.held:
            told = {"x-ms-error-code": "AuthorizationPermissionMismatch", "content-type": "application/xml"}
            return Answer(403, told, _DENIED.encode())
        sent = {name: value for name, value in headers.items() if name not in ("host", "connection")}
        origin = self.azurite.service.removesuffix(f"/{ACCOUNT}")
        if "x-ms-copy-source" in sent:  # Azurite would fetch what stands at another address than its own
            sent["x-ms-copy-source"] = sent["x-ms-copy-source"].replace(self.url, origin)
        return send(method, f"{origin}{target}", headers=sent, body=body or None, trust=self.context)


def _encoded(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def _handler(stand: EntraStand) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = urlsplit(self.path).path
            if path.startswith(f"/{ACCOUNT}"):
                headers = {name.lower(): value for name, value in self.headers.items()}
                self._write(stand.answer(self.command, self.path, headers, body))
                return
            status, told = (200, stand.discovery()) if self.command == "GET" else stand.token(body)
            self._write(Answer(status, {"content-type": "application/json"}, json.dumps(told).encode()))

        do_HEAD = do_PUT = do_POST = do_DELETE = do_GET  # noqa: N815 - http.server's names

        def _write(self, answer: Answer) -> None:
            self.send_response_only(answer.status)
            for name, value in answer.headers.items():
                if name not in ("content-length", "transfer-encoding", "connection", "keep-alive"):
                    self.send_header(name, value)
            self.send_header("Content-Length", answer.headers.get("content-length", str(len(answer.body))))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Nothing on the test's standard error."""

    return Handler
