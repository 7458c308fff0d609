"""Google Cloud on loopback: gcp-storage-emulator, and before it what asks for tokens and permissions as Google does.

The emulator keeps buckets and objects, and grants everybody everything. The front checks the access token, takes out of
the emulator's answer to testIamPermissions what the identity has not, and refuses the calls that need it. Its token
endpoint verifies the assertion's signature and times.
"""

from __future__ import annotations

import base64
import json
import secrets
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from regdoctor.lab.client import send, status_of
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import minimal_environment

BUCKET = "registry-images"
EMAIL = "registry@project.iam.gserviceaccount.com"
ALL = frozenset((*(f"storage.objects.{verb}" for verb in ("list", "get", "create", "delete")), "storage.buckets.get"))
_TIMES = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp "
    "values in the JWT claim."
)


@dataclass
class GoogleStand:
    """A stand; `start` it, and `close` it."""

    folder: Path
    processes: Processes
    url: str = ""
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    held: frozenset[str] = ALL
    """What the identity may do from now on."""
    assertions: list[dict[str, Any]] = field(default_factory=list)
    """The claims of each assertion that was taken, the newest last."""
    offset: float = 0.0
    """Seconds by which the token endpoint's clock is ahead."""
    tokens: set[str] = field(default_factory=set)
    emulator: str = ""
    _front: ThreadingHTTPServer | None = None

    def start(self) -> None:
        """Start the emulator with a bucket, and the front."""
        (port,) = free_ports(1)
        self.emulator = f"http://127.0.0.1:{port}"
        words = ["start", "--host", "127.0.0.1", "--port", str(port), "--in-memory", "--default-bucket", BUCKET]
        process = self.processes.start(
            "gcp-storage-emulator",
            [sys.executable, "-m", "gcp_storage_emulator", *words],
            log=self.folder / "emulator.log",
            environment=minimal_environment(self.folder),
            grace=0.0,
        )
        process.wait_ready(lambda: status_of(f"{self.emulator}/storage/v1/b/{BUCKET}") == 200, 30.0)
        self._front = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._front.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._front.server_address[1]}"

    def close(self) -> None:
        """End both."""
        self.processes.stop_all()
        if self._front is not None:
            self._front.shutdown()
            self._front.server_close()

    def key_file(self, key: rsa.RSAPrivateKey | None = None, **fields: str) -> bytes:
        """A service account's key as Google gives it; `key`: another than the account has."""
        pem = (key or self.key).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        told = {
            "type": "service_account",
            "project_id": "project",
            "private_key_id": "0123456789abcdef",
            "private_key": pem,
            "client_email": EMAIL,
            "token_uri": f"{self.url}/token",
        }
        return json.dumps(told | fields).encode()

    def put(self, name: str) -> None:
        """Store an object, past the front."""
        address = f"{self.emulator}/upload/storage/v1/b/{BUCKET}/o?uploadType=media&name={quote(name, safe='')}"
        assert send("POST", address, headers={"Content-Type": "application/octet-stream"}, body=b"x").status == 200

    def set_up(self, **settings: object) -> None:
        """Change the bucket's settings, past the front."""
        body = json.dumps(settings).encode()
        done = send("PATCH", f"{self.emulator}/storage/v1/b/{BUCKET}", headers={"Content-Type": _JSON}, body=body)
        assert done.status == 200

    def token(self, body: bytes) -> tuple[int, dict[str, object]]:
        """What the token endpoint answers to a form."""
        form = parse_qs(body.decode())
        assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
        signed, _, signature = form["assertion"][0].rpartition(".")
        claims = json.loads(_decoded(signed.split(".")[1]))
        if claims["iss"] != EMAIL:
            return 400, {"error": "invalid_grant", "error_description": "Invalid grant: account not found"}
        try:
            self.key.public_key().verify(_decoded(signature), signed.encode(), PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return 400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
        now = time.time() + self.offset
        if not claims["iat"] <= now + 60 <= claims["exp"] + 60 or claims["exp"] - claims["iat"] > 3600:
            return 400, {"error": "invalid_grant", "error_description": _TIMES}
        if claims["aud"] not in (f"{self.url}/token", _GOOGLES):
            return 400, {"error": "invalid_grant", "error_description": "Invalid JWT: Failed audience check."}
        self.assertions.append(claims)
        token = f"ya29.{secrets.token_urlsafe(24)}"
        self.tokens.add(token)
        return 200, {"access_token": token, "expires_in": 3599, "token_type": "Bearer"}

    def answer(self, path: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """What the store answers to a GET."""
        if headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return _error(401, "Invalid Credentials")
        needed = _needed(urlsplit(path).path)
        if needed and needed not in self.held:
            return _error(403, f"{EMAIL} does not have {needed} access to the Google Cloud Storage bucket.")
        passed = {"Range": headers["Range"]} if "Range" in headers else {}
        answer = send("GET", f"{self.emulator}{path}", headers=passed)
        if answer.status == 404:
            return _error(404, "The specified bucket does not exist.")
        if "/iam/testPermissions" not in path:
            return answer.status, answer.body
        told = json.loads(answer.body)
        told["permissions"] = [one for one in told["permissions"] if one in self.held]
        # Google leaves an empty list out.
        return 200, json.dumps({name: value for name, value in told.items() if value}).encode()


_JSON = "application/json"
_GOOGLES = "https://oauth2.googleapis.com/token"
"""The audience that Google's client for Python always names; the one for Go names the key's token_uri."""


def _needed(path: str) -> str:
    after = path.removeprefix(f"/storage/v1/b/{BUCKET}")
    if after == "/o":
        return "storage.objects.list"
    if after.startswith("/o/"):
        return "storage.objects.get"
    return "storage.buckets.get" if after == "" else ""


def _error(status: int, message: str) -> tuple[int, bytes]:
    told = {"code": status, "message": message, "errors": [{"message": message, "domain": "global"}]}
    return status, json.dumps({"error": told}).encode()


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _handler(stand: GoogleStand) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, told = stand.token(body)
            self._write(status, json.dumps(told).encode())

        def do_GET(self) -> None:
            self._write(*stand.answer(self.path, dict(self.headers.items())))

        def _write(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", _JSON)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing on the test's standard error."""

    return Handler
