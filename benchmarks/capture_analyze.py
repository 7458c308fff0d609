"""`capture analyze` of a long recording: against the plain reading of the same file, and a whole 100,000 exchanges."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.ratio import Ratio, command, compare
from benchmarks.recorded_traffic import write_traffic

_EXCHANGES = 5_000
_WHOLE = 100_000
_MOST_SECONDS = 20.0
_MOST_MIB = 500.0
_PLAIN = """
import sys
from regdoctor.formats.tnetstring import span_at, value_of
data, at = open(sys.argv[1], "rb").read(), 0
while at < len(data):
    span = span_at(data, at, len(data))
    value_of(data, span)
    at = span[2] + 1
"""
"""Every value of every record, and nothing told of them."""


def measure() -> Iterator[Ratio]:
    """One ratio: both are whole processes."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "traffic.flow"
        write_traffic(path, _EXCHANGES)
        analyze = _command(path)

        def run() -> float:
            began = time.perf_counter()
            done = subprocess.run(analyze, capture_output=True, check=False)
            assert done.returncode == 0, done.stderr
            return time.perf_counter() - began

        yield compare(
            f"capture analyze, {_EXCHANGES:,} exchanges",
            run,
            "every value of the same file read, nothing told",
            command([sys.executable, "-c", _PLAIN, str(path)]),
            aim=4.0,
            pairs=5,
        )


@dataclass(frozen=True, slots=True)
class Whole:
    """What one long recording took."""

    exchanges: int
    seconds: float
    """By the clock: two idle cores are due."""
    cpu_seconds: float
    """Of all processes together."""
    mib: float
    """The most memory that the process had, and with it the one that reads aside."""

    @property
    def holds(self) -> bool:
        """Whether both aims were met."""
        return self.seconds <= _MOST_SECONDS and self.mib <= _MOST_MIB

    def __str__(self) -> str:
        """One line."""
        return (
            f"capture analyze, {self.exchanges:,} exchanges: {self.seconds:.1f} s (aim {_MOST_SECONDS:g}), "
            f"{self.cpu_seconds:.1f} s of CPU, {self.mib:.0f} MiB (aim {_MOST_MIB:g}): "
            f"{'holds' if self.holds else 'MISSED'}"
        )


def measure_whole(exchanges: int = _WHOLE) -> Whole:
    """Clock, CPU and memory for so many exchanges; takes about a minute, most of it for writing the recording."""
    with TemporaryDirectory() as folder:
        path, out = Path(folder) / "traffic.flow", Path(folder) / "out.json"
        write_traffic(path, exchanges)
        before, began, most = os.times(), time.perf_counter(), 0
        with out.open("wb") as output, subprocess.Popen(_command(path), stdout=output, stderr=output) as process:
            while process.poll() is None:
                most = max(most, _memory(process.pid))
                time.sleep(0.05)
        took, after = time.perf_counter() - began, os.times()
        assert process.returncode == 0, out.read_text()[-2000:]
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        return Whole(exchanges, took, cpu, most / 1024)


def _command(path: Path) -> list[str]:
    return [str(Path(sys.executable).parent / "regdoctor"), "capture", "analyze", "--format", "json", str(path)]


def _memory(process: int) -> int:
    """KiB of a process and of those that it started; what they share counts for each (proc_pid_status(5))."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        started = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return 0
    own = next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)
    return own + sum(_memory(int(one)) for one in started)
