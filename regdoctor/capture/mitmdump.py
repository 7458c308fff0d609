"""mitmdump: found, started with the addon in a folder of its own, listened to, and ended."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from regdoctor.capture import lifeline
from regdoctor.capture.addon_file import addon_file
from regdoctor.exit_codes import UsageError
from regdoctor.foreign_text import clean, spelt_out

_GRACE = 15.0
"""Seconds from SIGTERM to SIGKILL: it writes its own summary meanwhile."""
_NOT_IMPORTED = "regdoctor cannot be imported by this mitmproxy"
"""How the addon says so (addons/registry_traffic.py)."""
_NO_REASON = "Error logged during startup"


def find_mitmdump() -> Path:
    """The program: beside the Python that runs regdoctor, else on PATH. Raises UsageError with what to do."""
    beside = Path(sys.executable).with_name("mitmdump")
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("mitmdump")
    if found is None:
        raise UsageError(f"mitmdump is not installed: `{sys.executable} -m pip install mitmproxy` brings it.")
    return Path(found)


def require_free(host: str, port: int) -> None:
    """Raise UsageError where nothing can listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise UsageError(
                f"--listen {at(host, port)}: {reason}; --listen {at(host, 0)} takes any free port."
            ) from error


def at(host: str, port: int) -> str:
    """Host and port as an address has them."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def arguments_of(folder: Path, host: str, port: int, mode: str, settings: Sequence[str]) -> list[str]:
    """The words behind the program's name. mode: as mitmproxy has it; settings: `name=value`."""
    settings = [f"confdir={folder}", "connection_strategy=lazy", "termlog_verbosity=warn", *settings]
    return [
        *("--listen-host", host, "--listen-port", str(port), "--mode", mode),
        *("--scripts", lifeline.__file__, "--scripts", str(addon_file())),
        *(word for setting in settings for word in ("--set", setting)),
    ]


class Mitmdump:
    """One that runs. It ends by itself when this process does, and then removes its folder."""

    def __init__(
        self, command: Sequence[str | Path], *, tell: Callable[[str], None], ready: Callable[[], None]
    ) -> None:
        """Start it. tell: gets each line of it once it listens; ready: called when it listens, and when it ended.

        Both are called by another thread. Raises UsageError where it cannot be started.
        """
        self.address: tuple[str, int] | None = None
        """Where it listens; None before, and where it never came to that."""
        self._tell, self._ready = tell, ready
        self._first_lines: deque[str] = deque(maxlen=50)
        self._ending = False
        # It has no terminal, so that Ctrl-C reaches it by us alone.
        try:
            self._process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8:backslashreplace"},
                start_new_session=True,
            )
        except OSError as error:
            raise UsageError(f"{command[0]} cannot be started: {error.strerror}.") from error
        self._listener = threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True)
        self._listener.start()

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    def complaint(self) -> str:
        """Why it never listened, in one line."""
        lines = [line for line in self._first_lines if line and not line.startswith(_NO_REASON)]
        for line in lines:
            if _NOT_IMPORTED in line:
                return line[line.index(_NOT_IMPORTED) :]
        last = clean(lines[-1]) if lines else f"exit code {self._process.wait()}"
        return f"mitmdump ended at its start: {last}"

    def imports_regdoctor(self) -> bool:
        """Whether its addon works, as far as it said up to now."""
        return not any(_NOT_IMPORTED in line for line in self._first_lines)

    def stop(self) -> None:
        """End it, and wait until it has; its own summary is not told."""
        self._ending = True
        if self.running:
            self._process.terminate()
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._listener.join(_GRACE)
        for pipe in filter(None, (self._process.stdin, self._process.stdout)):
            pipe.close()

    def _listen(self, output: IO[bytes]) -> None:
        in_summary = False
        for raw in output:
            line = spelt_out(raw.decode("utf-8", "replace").rstrip("\r\n"))
            if self.address is None:
                self._before_ready(line)
                continue
            # The addon puts an empty line before its summary; calls that end last still come before it.
            in_summary = in_summary or (self._ending and not line)
            if line and not in_summary:
                self._tell(line)
        self._ready()

    def _before_ready(self, line: str) -> None:
        if not line.startswith(lifeline.LISTENING):
            self._first_lines.append(line)
            return
        host, port = line.removeprefix(lifeline.LISTENING).split()
        self.address = host, int(port)
        self._ready()
