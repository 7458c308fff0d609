"""Starting, waiting for and stopping programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from regdoctor.lab.errors import LabError
from regdoctor.lab.processes import Process, Processes, wait_until


@pytest.fixture
def processes() -> Iterator[Processes]:
    running = Processes()
    yield running
    running.stop_all()


def start(processes: Processes, script: str, log: Path, *, name: str = "child", grace: float = 5.0) -> Process:
    command = [sys.executable, "-c", script]
    return processes.start(name, command, log=log, environment=dict(os.environ), grace=grace)


def test_a_program_that_ends_at_its_start_is_told_with_its_last_words(processes: Processes, tmp_path: Path) -> None:
    child = start(processes, "raise SystemExit('no such file: bundle')", tmp_path / "log")

    with pytest.raises(LabError, match="child ended at its start with 1:\nno such file: bundle"):
        child.wait_ready(lambda: False)


def test_a_condition_that_does_not_come_is_told(processes: Processes, tmp_path: Path) -> None:
    child = start(processes, "import time; print('waiting', flush=True); time.sleep(60)", tmp_path / "log")
    child.wait_ready(lambda: "waiting" in child.last_words())

    with pytest.raises(LabError, match="in vain: child is not ready\nwaiting"):
        child.wait_ready(lambda: False, seconds=0.05)


def test_one_that_does_not_heed_the_first_signal_is_killed_with_its_children(
    processes: Processes, tmp_path: Path
) -> None:
    script = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    child = start(processes, script, tmp_path / "log", grace=0.1)
    child.wait_ready(lambda: child.last_words() != "")
    grandchild = psutil.Process(int(child.last_words()))

    child.stop()

    assert not psutil.pid_exists(child.pid)
    wait_until(lambda: not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE, "it still runs")


def test_starting_another_of_that_name_stops_the_first(processes: Processes, tmp_path: Path) -> None:
    first = start(processes, "import time; time.sleep(60)", tmp_path / "log")
    second = start(processes, "import time; time.sleep(60)", tmp_path / "log")

    assert not first.running
    assert processes.pids() == {"child": second.pid}


def test_stopping_all_leaves_none(processes: Processes, tmp_path: Path) -> None:
    children = [start(processes, "import time; time.sleep(60)", tmp_path / name, name=name) for name in "abc"]

    processes.stop_all()

    assert processes.pids() == {}
    assert not [child for child in children if psutil.pid_exists(child.pid)]
