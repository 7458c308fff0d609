"""Starts the lab's programs, waits until they are ready, and stops all of them whatever happens."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from regdoctor.lab.errors import LabError
from regdoctor.lab.interruption import shielded

_PAUSE = 0.02
"""Seconds between two looks at a condition."""


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 15.0) -> None:
    """Wait until `condition` holds. Raises LabError saying that `what` did not come in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise LabError(f"waited {seconds:.0f} s in vain: {what}")
        time.sleep(_PAUSE)


class Process:
    """One started program: its number, its log, its end."""

    def __init__(self, name: str, started: subprocess.Popen[bytes], log: Path, grace: float) -> None:
        """`grace`: seconds from SIGTERM to SIGKILL."""
        self.name = name
        self.log = log
        self._started = started
        self._grace = grace

    @property
    def pid(self) -> int:
        """Its process number, which is also that of its process group."""
        return self._started.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._started.poll() is None

    def wait_ready(self, ready: Callable[[], bool], seconds: float = 15.0) -> None:
        """Wait until `ready` holds. Raises LabError, with the log's end, if it ends or takes too long."""

        def ready_or_over() -> bool:
            return not self.running or ready()

        try:
            wait_until(ready_or_over, f"{self.name} is not ready", seconds)
        except LabError as error:
            raise LabError(f"{error}\n{self.last_words()}") from error
        if not self.running:
            raise LabError(f"{self.name} ended at its start with {self._started.returncode}:\n{self.last_words()}")

    def wait_ended(self, seconds: float = 15.0) -> None:
        """Wait until it ends by itself. Raises LabError if it does not."""
        wait_until(lambda: not self.running, f"{self.name} still runs", seconds)

    def last_words(self, lines: int = 5) -> str:
        """The last lines of its log."""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])

    def stop(self) -> None:
        """End it and whatever it started: SIGTERM, then SIGKILL to its process group."""
        if self.running:
            self._started.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):  # then it is killed below, with its group
                self._started.wait(self._grace)
        with contextlib.suppress(ProcessLookupError):
            # Its own group, made at its start: workers of nginx that outlive their master are in it too.
            os.killpg(self.pid, signal.SIGKILL)
        self._started.wait()


class Processes:
    """The running programs of one lab, by name."""

    def __init__(self) -> None:
        """None runs yet."""
        self._by_name: dict[str, Process] = {}

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str],
        grace: float = 5.0,
    ) -> Process:
        """Start `command` in its own session, its output appended to `log`; a namesake is stopped first."""
        self.stop(name)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output, shielded():
            started = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                start_new_session=True,
            )
            self._by_name[name] = Process(name, started, log, grace)
        return self._by_name[name]

    def named(self, name: str) -> Process | None:
        """The process of that name, running or ended; None if it was never started or was stopped."""
        return self._by_name.get(name)

    def pids(self) -> dict[str, int]:
        """The numbers of the processes that run, by name."""
        return {name: process.pid for name, process in self._by_name.items() if process.running}

    def stop(self, name: str) -> None:
        """Stop the one of that name, if there is one."""
        process = self._by_name.get(name)
        if process is not None:
            process.stop()
            del self._by_name[name]

    def stop_all(self) -> None:
        """Stop every one, the last started first."""
        for name in reversed(list(self._by_name)):
            self.stop(name)
