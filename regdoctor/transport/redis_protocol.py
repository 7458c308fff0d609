"""Redis' protocol, as much as it takes to knock: short commands, and answers of a bounded size (RESP 2).

The specification is https://redis.io/docs/latest/develop/reference/protocol-spec/. A client library would wait for as
many bytes as a server announces, and its time limits count from the last byte; here both have an end.
"""

from __future__ import annotations

import ssl
import time
from types import TracebackType
from typing import Self

from regdoctor.foreign_text import clean
from regdoctor.transport.attempt import Attempt, Stage
from regdoctor.transport.sockets import open_socket

_LONGEST = 256 * 1024
"""Bytes of all answers on one connection; INFO has about 6 KB."""
_DEEPEST = 3
"""Levels of lists: SENTINEL masters has two."""

Reply = str | int | None | list["Reply"]


class RedisError(Exception):
    """The server answered with an error; the message is its own, on one line."""


class NotRedisError(Exception):
    """What came back is no answer in Redis' protocol, or an endless one; the message says what it is."""


class RedisConnection:
    """One connection, open within `attempt`; it is closed by leaving the attempt and this context."""

    def __init__(self, host: str, port: int, attempt: Attempt, context: ssl.SSLContext | None) -> None:
        """Connect. context: for TLS, whose certificate must hold for `host`; None for none.

        Raises OSError, ssl.SSLError among it.
        """
        began = time.monotonic()
        self._attempt = attempt
        self._socket = open_socket(host, port, attempt)
        self.connecting = time.monotonic() - began
        """Seconds, the lookup of the name included."""
        if context is not None:
            attempt.stage = Stage.HANDSHAKE
            try:
                self._socket = context.wrap_socket(self._socket, server_hostname=host)
            except OSError:
                self._socket.close()
                raise
        self._reader = self._socket.makefile("rb")
        self._left = _LONGEST
        attempt.sending()

    def __enter__(self) -> Self:
        """It is open already."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self._reader.close()
        self._socket.close()

    def ask(self, *words: str) -> Reply:
        """One command. Raises RedisError, NotRedisError, and OSError."""
        encoded = [word.encode("utf-8", "surrogateescape") for word in words]
        parts = [b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded]
        self._socket.settimeout(max(self._attempt.remaining(), 0.001))
        self._socket.sendall(b"*%d\r\n%s" % (len(parts), b"".join(parts)))
        return self._reply(_DEEPEST)

    def _reply(self, depth: int) -> Reply:
        line = self._line()
        kind, rest = line[:1], line[1:]
        if kind == b"+":
            return rest.decode("utf-8", "replace")
        if kind == b"-":
            raise RedisError(clean(rest.decode("utf-8", "replace")))
        if kind not in (b":", b"$", b"*") or not rest.lstrip(b"-").isdigit() or len(rest) > 20:
            raise NotRedisError(f"it does not speak Redis' protocol, but answers {clean(repr(line[:60])[1:])}")
        number = int(rest)
        if kind == b":":
            return number
        if number < 0:
            return None
        if kind == b"$":
            return self._exactly(number + 2)[:-2].decode("utf-8", "replace")
        if depth == 0 or number > self._left:
            raise NotRedisError("its answer is a longer or deeper list than any of Redis")
        return [self._reply(depth - 1) for _ in range(number)]

    def _line(self) -> bytes:
        line = self._reader.readline(min(self._left, 4096) + 1)
        self._spend(len(line))
        if not line:
            raise ConnectionResetError("closed without an answer")
        if not line.endswith(b"\r\n"):
            raise NotRedisError(f"it does not speak Redis' protocol, but answers {clean(repr(line[:60])[1:])}")
        return line[:-2]

    def _exactly(self, size: int) -> bytes:
        self._spend(size)
        data = self._reader.read(size)
        if len(data) < size:
            raise ConnectionResetError("closed in the middle of an answer")
        return data

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise NotRedisError(f"its answers are longer than {_LONGEST // 1024} KB")
