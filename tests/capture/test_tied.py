"""A program that ends with the one that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

import psutil
import pytest

from regdoctor.capture import tied
from regdoctor.lab.processes import wait_until


def _run(parent: int, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", tied.__file__, str(parent), *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_becomes_the_program() -> None:
    done = _run(os.getpid(), "sh", "-c", "echo $PPID; exit 5")
    assert (done.returncode, done.stdout) == (5, f"{os.getpid()}\n")


def test_the_program_ends_when_nobody_reads_it() -> None:
    done = _run(os.getpid(), "sh", "-c", "grep -i sigign /proc/self/status")
    ignored = int(done.stdout.split()[1], 16)
    assert not ignored & (1 << (signal.SIGPIPE - 1))


def test_a_parent_that_has_ended_already_ends_it() -> None:
    assert _run(1, "echo", "ran").stdout == ""


def test_a_program_that_cannot_be_run_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    done = _run(os.getpid(), "/no/such/program")
    assert (done.returncode, done.stderr) == (127, "/no/such/program: No such file or directory\n")


def test_a_kill_of_the_parent_ends_it() -> None:
    starter = textwrap.dedent(
        f"""
        import os, subprocess, sys
        child = subprocess.Popen([sys.executable, "-I", {tied.__file__!r}, str(os.getpid()), "sleep", "600"])
        print(child.pid, flush=True)
        child.wait()
        """
    )
    with subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        wait_until(lambda: child.name() == "sleep", "the program", seconds=60)
        parent.kill()
    wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, "its end", seconds=30)
