"""One request under its total deadline: how far it got, and the cut when the time is up."""

from __future__ import annotations

import contextlib
import enum
import socket
import threading
import time
from types import TracebackType
from typing import Self


class Stage(enum.Enum):
    """What a request is busy with; the value completes `still …`."""

    LOOKUP = "looking up the name"
    CONNECT = "connecting"
    HANDSHAKE = "setting up TLS"
    ANSWER = "waiting for the response"
    BODY = "reading the body"


class Attempt:
    """A deadline that holds whatever the server does, and a record of how far the request came.

    Socket timeouts count from the last byte, so a server that sends one byte a second defeats them. Here a
    timer shuts the connection down at the deadline, and every blocked call on it returns at once.

    Use it as a context manager around the whole exchange, from one thread.
    """

    def __init__(self, seconds: float, address: str | None = None) -> None:
        """Start counting: `seconds` for lookup, connection, request and response together.

        address: connect there, whatever the URL's host resolves to; the host stays what TLS and HTTP say.
        """
        self.seconds = seconds
        self.address = address
        self.stage = Stage.LOOKUP
        self.contacted = ""
        """The `host:port` that is being contacted: a proxy's, or the server's own."""
        self.peer: str | None = None
        self.verified: bool | None = None
        self.expired = False
        self._since = self._began = time.monotonic()
        self.started = time.time()
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(max(seconds, 0.0), self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        """Arm the timer."""
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disarm the timer and let go of the connections."""
        self._timer.cancel()
        with self._lock:
            for watched in self._sockets:
                watched.close()
            self._sockets.clear()

    def remaining(self) -> float:
        """Seconds that are left, 0 at the least."""
        return max(self._began + self.seconds - time.monotonic(), 0.0)

    def elapsed(self) -> float:
        """Seconds since `started`."""
        return time.monotonic() - self._since

    def watch(self, connection: socket.socket) -> None:
        """Have `connection` shut down at the deadline; at once where that has passed."""
        # A duplicate, because wrapping a socket in TLS takes the descriptor away from the original object.
        with self._lock:
            self._sockets.append(connection.dup())
        if self.expired:
            self._cut()

    def sending(self) -> None:
        """Note that the connection is ready: `started` and `elapsed` count from here."""
        self.stage = Stage.ANSWER
        self._since = time.monotonic()
        self.started = time.time()

    def _cut(self) -> None:
        self.expired = True
        with self._lock:
            for watched in self._sockets:
                with contextlib.suppress(OSError):
                    watched.shutdown(socket.SHUT_RDWR)
