"""Google Cloud on loopback: gcp-storage-emulator, and before it what asks for tokens and permissions as Google does.

The emulator keeps buckets and objects, and grants everybody everything. The front checks the access token, takes out of
the emulator's answer to testIamPermissions what the identity has not, and refuses the calls that need it. Its token
endpoint verifies the assertion's signature and times; links are good for who signed them, by either version.
"""

from __future__ import annotations

import base64
import hashlib
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
from urllib.parse import parse_qs, quote, unquote, urlsplit

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
    """What the identity may do from now on, on the whole bucket."""
    on_keys: frozenset[str] = frozenset()
    """What it may do besides on the keys below docker/ alone: a role with an IAM condition."""
    is_uniform: bool = False
    """Whether the bucket has uniform access, without which there are no conditions: objects have no policies then."""
    links: list[str] = field(default_factory=list)
    """Method and version of each link that was good, the newest last."""
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
        needed, key = _needed(urlsplit(path).path)
        if needed and needed not in self.may(key):
            return _error(403, f"{EMAIL} does not have {needed} access to the Google Cloud Storage bucket.")
        if key.endswith(_OF_OBJECT):
            return self.tested_object(path, key.removesuffix(_OF_OBJECT))
        passed = {"Range": headers["Range"]} if "Range" in headers else {}
        answer = send("GET", f"{self.emulator}{path}", headers=passed)
        if answer.status == 404 and key:
            return 404, f"No such object: {BUCKET}/{key}".encode()
        if answer.status == 404:
            return _error(404, "The specified bucket does not exist.")
        if "/iam/testPermissions" not in path:
            return answer.status, answer.body
        told = json.loads(answer.body)
        told["permissions"] = [one for one in told["permissions"] if one in self.held]
        # Google leaves an empty list out.
        return 200, json.dumps({name: value for name, value in told.items() if value}).encode()

    def may(self, key: str) -> frozenset[str]:
        """What the identity may do to an object; to none: what it may do to the bucket."""
        return self.held | self.on_keys if key.startswith("docker/") else self.held

    def tested_object(self, path: str, key: str) -> tuple[int, bytes]:
        """What the store answers to objects.testIamPermissions."""
        if self.is_uniform:
            return _error(400, f"Object policies are disabled for bucket {BUCKET}")
        asked = parse_qs(urlsplit(path).query)["permissions"]
        held = [one for one in asked if one in self.may(key)]
        told = {"kind": "storage#testIamPermissionsResponse", "permissions": held}
        return 200, json.dumps({name: value for name, value in told.items() if value}).encode()

    def linked(self, method: str, target: str, host: str) -> tuple[int, bytes]:
        """What a client is answered who follows a link: XML in an error, as of the API that links are made for."""
        parts = urlsplit(target)
        said = {name: values[0] for name, values in parse_qs(parts.query).items()}
        version, message, signature = _signed(method, parts.path, parts.query, said, host)
        try:
            self.key.public_key().verify(signature, message, PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return 403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>"
        if "storage.objects.get" not in self.may(unquote(parts.path).removeprefix(f"/{BUCKET}/")):
            return 403, b"<Error><Code>AccessDenied</Code></Error>"
        self.links.append(f"{method} {version}")
        return 200, b"x"


def _signed(method: str, path: str, query: str, said: Mapping[str, str], host: str) -> tuple[str, bytes, bytes]:
    """The version of a link, what its signature is over, and the signature."""
    if "X-Goog-Signature" not in said:
        message = f"{method}\n\n\n{said['Expires']}\n{path}"
        return "V2", message.encode(), base64.b64decode(said["Signature"])
    assert said["X-Goog-Expires"] == "1200"
    named = sorted(one for one in query.split("&") if not one.startswith("X-Goog-Signature="))
    request = "\n".join((method, path, "&".join(named), f"host:{host}", "", "host", "UNSIGNED-PAYLOAD"))
    scope = said["X-Goog-Credential"].removeprefix(f"{EMAIL}/")
    digest = hashlib.sha256(request.encode()).hexdigest()
    message = "\n".join((said["X-Goog-Algorithm"], said["X-Goog-Date"], scope, digest))
    return "V4", message.encode(), bytes.fromhex(said["X-Goog-Signature"])


_OF_OBJECT = "/iam/testPermissions"
_JSON = "application/json"
_GOOGLES = "https://oauth2.googleapis.com/token"
"""The audience that Google's client for Python always names; the one for Go names the key's token_uri."""


def _needed(path: str) -> tuple[str, str]:
    """The permission that a call takes, and the object that it is about; both empty for the bucket's own test."""
    after = path.removeprefix(f"/storage/v1/b/{BUCKET}")
    if after == "/o":
        return "storage.objects.list", ""
    if after.startswith("/o/"):
        key = unquote(after.removeprefix("/o/"))
        return "" if key.endswith(_OF_OBJECT) else "storage.objects.get", key
    return "storage.buckets.get" if after == "" else "", ""


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

        def do_HEAD(self) -> None:
            status, body = stand.linked("HEAD", self.path, self.headers["Host"])
            self._write(status, body[:0])

        def do_GET(self) -> None:
            if self.path.startswith(f"/{BUCKET}/"):
                self._write(*stand.linked("GET", self.path, self.headers["Host"]))
            else:
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
