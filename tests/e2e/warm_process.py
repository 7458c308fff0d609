"""Processes that have everything imported already, with what `subprocess.Popen` offers.

Half a run is imports otherwise. Each is a process of its own all the same, forked from a server that did nothing but
import (multiprocessing's forkserver), with its own streams, environment and exit code.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import pkgutil
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from functools import cache
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext
from pathlib import Path
from subprocess import TimeoutExpired

import regdoctor

_IMPORTED_LATE = (
    *("botocore.auth", "botocore.awsrequest", "crossplane", "pydantic", "tree_sitter", "tree_sitter_ruby"),
    *("typer._adapters", "urllib3.contrib.pyopenssl", "xml.etree.ElementTree", "zoneinfo"),
    "regdoctor.lab.token_service",
)
"""What regdoctor, and what it calls, import only where they need it, and GitLab's part; what is not there is passed
over."""
_ONE_AT_A_TIME = threading.Lock()
"""Starting a process asks after all others, and of two who ask after the same one the second gets no exit code."""


class WarmProcess:
    """One that runs; started at once. Several may run side by side, each asked after by any thread."""

    def __init__(self, target: Callable[..., None], *arguments: object) -> None:
        """`target` is a function of a module, which is called with these arguments; both are pickled."""
        self.returncode: int | None = None
        """What it ended with, negative for a signal; None until that is asked for by `poll` or `wait`."""
        self._target = target
        self._process = _context().Process(target=target, args=arguments, daemon=True)
        with _ONE_AT_A_TIME:
            self._process.start()

    @property
    def pid(self) -> int:
        """Its process number."""
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """What it ended with; None while it runs."""
        if self.returncode is None and wait([self._process.sentinel], 0):
            with _ONE_AT_A_TIME:
                self._process.join()
                self.returncode = self._process.exitcode
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """What it ended with, waited for. Raises TimeoutExpired after `timeout` seconds."""
        if self.returncode is None:
            wait([self._process.sentinel], timeout)
        code = self.poll()
        if code is None:
            raise TimeoutExpired(self._target.__name__, timeout or 0)
        return code

    def terminate(self) -> None:
        """SIGTERM, where it still runs."""
        with _ONE_AT_A_TIME:
            self._process.terminate()

    def kill(self) -> None:
        """SIGKILL, where it still runs."""
        with _ONE_AT_A_TIME:
            self._process.kill()


def settle(streams: tuple[Path, Path, Path], environment: Mapping[str, str]) -> None:
    """What the new process does first: have these files for its input, output and errors, and no other variables.

    What it writes goes to the end of the files.
    """
    gc.freeze()  # collections need not walk through, and so copy, what the server imported
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # whatever TMPDIR the server had
    for number, path in enumerate(streams):
        opened = os.open(path, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - for the life of the process
    sys.stdout, sys.stderr = (open(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))  # noqa: SIM115


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    modules = pkgutil.walk_packages(regdoctor.__path__, "regdoctor.")
    # The lab is no part of a run, and __main__ is what each run begins with.
    wanted = [one.name for one in modules if not one.name.startswith(("regdoctor.lab", "regdoctor.__main__"))]
    context.set_forkserver_preload([*wanted, *_IMPORTED_LATE])
    return context
