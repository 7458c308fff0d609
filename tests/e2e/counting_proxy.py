"""A proxy on loopback that notes each request, and can end a process at the request of its choice."""

from __future__ import annotations

import http.client
import os
import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

READS = ("GET", "HEAD")
_OF_THE_CONNECTION = ("connection", "expect", "keep-alive", "transfer-encoding")
"""Headers that are between two neighbours, and not passed on (RFC 9110 section 7.6.1)."""
_MOMENT = 0.4
"""Seconds; between two requests of a registry that ends an upload are some milliseconds."""
_UNANSWERED = (OSError, http.client.HTTPException)


class CountingProxy:
    """Passes everything on to one server, with Host as it came, for that is signed; a context manager."""

    def __init__(self, upstream: str) -> None:
        """`upstream`: the server's URL, plain HTTP; the own one is in `url`."""
        self.requests: list[str] = []
        """Method and path of each, in their order."""
        self._lock = threading.Lock()
        self._left, self._pid, self._before = 0, 0, True
        self._under_way, self._last = 0, 0.0
        self._server = _Server(self, urlsplit(upstream).netloc)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        """Listen."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take nobody in any more."""
        self._server.shutdown()
        self._server.server_close()

    @property
    def writes(self) -> list[str]:
        """The requests that may change something."""
        return [request for request in self.requests if request.partition(" ")[0] not in READS]

    def kill_at(self, number: int, pid: int, *, before: bool) -> None:
        """Let SIGKILL end the process `pid` at the request that is the `number`th to write from now on.

        before: the server never hears of that request; else it does what it is told, and nobody hears its answer.
        """
        with self._lock:
            self._left, self._pid, self._before = number, pid, before

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is under way, and nothing was a moment ago: what goes on without a client has ended."""
        with self._lock:
            return not self._under_way and time.monotonic() - self._last > _MOMENT

    def ended(self) -> None:
        """Note that a request is over."""
        with self._lock:
            self._under_way -= 1
            self._last = time.monotonic()

    def seen(self, request: str) -> bool:
        """Note a request; whether it is the one at which a process is to end."""
        with self._lock:
            self.requests.append(request)
            self._under_way += 1
            if request.partition(" ")[0] in READS or not self._pid:
                return False
            self._left -= 1
            return self._left == 0

    def kill_here(self, *, before: bool) -> bool:
        """End the process, if now is the time for it; whether it was."""
        if self._before is not before:
            return False
        os.kill(self._pid, signal.SIGKILL)
        return True


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, proxy: CountingProxy, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.proxy, self.upstream = proxy, upstream


class _Passing(BaseHTTPRequestHandler):
    """One request after the other of one connection."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is given
        """Say nothing."""

    def handle_one_request(self) -> None:
        """As it is, but for whoever breaks off."""
        try:
            super().handle_one_request()
        except _UNANSWERED:
            self.close_connection = True

    def _pass_on(self) -> None:
        ends = self.server.proxy.seen(f"{self.command} {self.path}")
        try:
            self._exchange(self.server.proxy, ends=ends)
        finally:
            self.server.proxy.ended()

    def _exchange(self, proxy: CountingProxy, *, ends: bool) -> None:
        body = self._body()
        if ends and proxy.kill_here(before=True):
            self.close_connection = True
            return
        upstream = http.client.HTTPConnection(self.server.upstream, timeout=30)
        try:
            self._send(upstream, body)
            answer = upstream.getresponse()
            content = answer.read()
        finally:
            upstream.close()
        if ends and proxy.kill_here(before=False):
            self.close_connection = True
            return
        self._answer(answer, content)

    do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = _pass_on  # noqa: N815 - the names are given

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def _send(self, upstream: http.client.HTTPConnection, body: bytes) -> None:
        upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in (*_OF_THE_CONNECTION, "content-length"):
                upstream.putheader(name, value)
        if body or "Content-Length" in self.headers or "Transfer-Encoding" in self.headers:
            upstream.putheader("Content-Length", str(len(body)))
        upstream.endheaders(body)

    def _answer(self, answer: http.client.HTTPResponse, content: bytes) -> None:
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in (*_OF_THE_CONNECTION, "content-length"):
                self.send_header(name, value)
        told = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
        if told is not None and answer.status not in (204, 304):
            self.send_header("Content-Length", told)
        self.end_headers()
        self.wfile.write(content)
