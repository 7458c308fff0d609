"""A real mitmproxy with its console, in a terminal of its own: what it draws can be read, and keys be typed."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from regdoctor.capture.addon_file import addon_file
from regdoctor.lab.errors import LabError
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import wait_until
from regdoctor.lab.programs import minimal_environment

_ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[=>])|[\x0e\x0f]")
_SIZE = struct.pack("HHHH", 60, 220, 0, 0)
"""Rows, columns: wide enough that no sentence is cut."""


class ConsoleProxy:
    """A context manager. What the console draws is whole rows, those that changed: their text is searched."""

    def __init__(self, folder: Path, mode: str) -> None:
        """mode: as mitmproxy's --mode has it."""
        (self.port,) = free_ports(1)
        self.address = f"127.0.0.1:{self.port}"
        self._words: list[str | Path] = [
            Path(sys.executable).with_name("mitmproxy"),
            *("--set", f"confdir={folder / 'confdir'}", "--listen-host", "127.0.0.1", "--listen-port", str(self.port)),
            *("--mode", mode, "--set", "keep_host_header=true", "--scripts", addon_file()),
        ]
        self._environment = {**minimal_environment(folder), "TERM": "xterm-256color"}
        self._drawn = bytearray()
        self._seen = 0

    def __enter__(self) -> Self:
        """Start it; it listens once it shows the address. Raises LabError where it does not come up."""
        self._terminal, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, _SIZE)
        self._process = subprocess.Popen(
            self._words, stdin=inner, stdout=inner, stderr=inner, env=self._environment, start_new_session=True
        )
        os.close(inner)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        try:
            self.wait_for(f"[{self.address}]")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        os.close(self._terminal)

    def type(self, keys: str) -> None:
        """Press these keys; what is drawn from now on is what `wait_for` looks at."""
        self._seen = len(self._drawn)
        os.write(self._terminal, keys.encode())

    def wait_for(self, text: str) -> None:
        """Wait until this text is drawn. Raises LabError, with what was drawn instead."""
        try:
            wait_until(lambda: text in self.drawn or self._process.poll() is not None, f"{text!r} on the console")
        except LabError as error:
            raise LabError(f"{error}, which drew:\n{self.drawn}") from error
        assert text in self.drawn, self.drawn

    @property
    def drawn(self) -> str:
        """The text of what was drawn since the last keys."""
        return _ESCAPES.sub("", self._drawn[self._seen :].decode("utf-8", "replace"))

    def _read(self) -> None:
        while True:
            try:
                piece = os.read(self._terminal, 65536)
            except OSError:  # the console ended: nobody has the other side of the terminal any more
                return
            self._drawn += piece
