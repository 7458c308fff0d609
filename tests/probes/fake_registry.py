"""A registry of a few lines that can be told to answer anything; it takes pushes in both manners."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, Mapping[str, str], bytes]
UNSUPPORTED: Answer = (405, {}, b'{"errors": [{"code": "UNSUPPORTED", "message": "The operation is unsupported."}]}')


@dataclass(frozen=True)
class Seen:
    """One request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class FakeRegistry:
    """What it holds, what it was asked, and what it answers in place of a registry's own answer."""

    url: str
    seen: list[Seen] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, bytes] = field(default_factory=dict)
    instead: Callable[[Seen], Answer | None] = lambda _: None

    def asked(self) -> list[str]:
        """The requests as `METHOD what`, with what stands behind the repository's name, cut before digests."""
        return [f"{one.method} {_short(one.path)}" for one in self.seen]

    def answer(self, one: Seen) -> Answer:
        """The answer to one request."""
        self.seen.append(one)
        return self.instead(one) or self.own(one)

    def own(self, one: Seen) -> Answer:
        """A registry's own answer."""
        parts = urlsplit(one.path)
        name, _, rest = parts.path.removeprefix("/v2/").partition("/blobs/uploads/")
        if parts.path.endswith("/blobs/uploads/") or rest:
            return self._upload(one, name, rest, parse_qs(parts.query).get("digest", [""])[0])
        kind, key = parts.path.split("/")[-2:]
        held = self.blobs if kind == "blobs" else self.manifests
        if one.method == "PUT":
            digest = f"sha256:{hashlib.sha256(one.body).hexdigest()}"
            held[key] = held[digest] = one.body
            return 201, {}, b""
        if key not in held:
            return _error(404, "BLOB_UNKNOWN" if kind == "blobs" else "MANIFEST_UNKNOWN")
        if one.method == "DELETE":
            content = held[key]
            for same in [name for name, other in held.items() if other == content]:
                del held[same]
            return 202, {}, b""
        return 200, {}, held[key]

    def _upload(self, one: Seen, name: str, upload: str, digest: str) -> Answer:
        if one.method == "POST":
            upload = f"upload-{len(self.seen)}"
            self.uploads[upload] = b""
            return 202, {"Location": f"{self.url}/v2/{name}/blobs/uploads/{upload}?_state=a"}, b""
        if upload not in self.uploads:
            return _error(404, "BLOB_UPLOAD_UNKNOWN")
        if one.method == "DELETE":
            del self.uploads[upload]
            return 204, {}, b""
        self.uploads[upload] += one.body
        if one.method == "PATCH":
            return 202, {"Location": f"/v2/{name}/blobs/uploads/{upload}?_state=b"}, b""
        content = self.uploads.pop(upload)
        if digest != f"sha256:{hashlib.sha256(content).hexdigest()}":
            return _error(400, "DIGEST_INVALID")
        self.blobs[digest] = content
        return 201, {}, b""


@contextmanager
def fake_registry() -> Iterator[FakeRegistry]:
    """One that listens on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self._chunks() if self.headers.get("Transfer-Encoding") else self._whole()
            status, headers, content = registry.answer(Seen(self.command, self.path, dict(self.headers.items()), body))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else content)

        do_GET = do_HEAD = do_POST = do_DELETE = do_PUT = do_PATCH = answer  # noqa: N815 - http.server calls them so

        def _whole(self) -> bytes:
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))

        def _chunks(self) -> bytes:
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def log_message(self, *_: object) -> None:
            """Nothing on the test's standard error."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that hangs up is what some tests are about."""

    server = Quiet(("127.0.0.1", 0), Handler)
    registry = FakeRegistry(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def _short(path: str) -> str:
    place = urlsplit(path).path
    for kind in ("blobs/uploads/", "blobs/", "manifests/"):
        _, found, rest = place.partition(f"/{kind}")
        if found:
            named = "tag" if rest.startswith("regdoctor-trial-") else "digest" if ":" in rest else "upload" * bool(rest)
            return f"{kind}{named}"
    return place


def _error(status: int, code: str) -> Answer:
    return status, {}, json.dumps({"errors": [{"code": code}]}).encode()
