"""A server on loopback that says what a test wrote down, whatever it is asked."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Self


class ScriptedRedis:
    """Each command gets the next of the answers; after the last the connection is closed, or kept where asked."""

    def __init__(self, *answers: bytes) -> None:
        """Listen; every connection begins with the first answer again."""
        self._answers = answers
        self.asked: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        """Answer."""
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take nobody in any more."""
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            with near:
                self._converse(near)

    def _converse(self, near: socket.socket) -> None:
        try:
            for answer in self._answers:
                self.asked.append(near.recv(1 << 16))
                near.sendall(answer)
        except OSError:
            return
