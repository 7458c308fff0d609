"""`capture analyze` of a long recording, against the plain reading of the same file."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.ratio import Ratio, command, compare
from benchmarks.recorded_traffic import write_traffic

_EXCHANGES = 5_000
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
        analyze = [str(Path(sys.executable).parent / "regdoctor"), "capture", "analyze", "--format", "json", str(path)]

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
