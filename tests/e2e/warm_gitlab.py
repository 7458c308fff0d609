"""The lab's token service in a process that has everything imported already: of the start of a stack it is 8 tenths.

Nothing else about it changes: its arguments, its environment, its log, its session. A service whose clock is moved is
started as ever, for the library that moves it must be there before Python is; and so is that of `regdoctor lab`, in
test_lab.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

from regdoctor.lab import processes
from tests.e2e.warm_process import WarmProcess, settle

_SERVICE = [sys.executable, "-m", "regdoctor.lab.token_service"]


@contextmanager
def warm_gitlab() -> Iterator[None]:
    """While the block runs, each stack of this process has it."""
    names = vars(processes)  # no patch of pytest's: the new process imports this module, and must not take its time
    names["subprocess"] = SimpleNamespace(**{**vars(subprocess), "Popen": _start})
    try:
        yield
    finally:
        names["subprocess"] = subprocess


def _start(
    command: Sequence[str], *, stdout: BinaryIO, env: Mapping[str, str], **more: Any
) -> subprocess.Popen[bytes] | WarmProcess:
    """In place of subprocess.Popen, as the lab calls it."""
    if list(command[:3]) != _SERVICE or "LD_PRELOAD" in env:
        return subprocess.Popen(command, stdout=stdout, env=env, **more)
    return WarmProcess(_serve, tuple(command[3:]), Path(stdout.name), dict(env))


def _serve(arguments: tuple[str, ...], log: Path, environment: dict[str, str]) -> None:
    """What the new process does: a session and streams of its own first, then what the program does."""
    os.setsid()
    settle((Path(os.devnull), log, log), environment)
    from regdoctor.lab.token_service import serve

    serve(arguments)
