"""`check all` on the healthy lab against its slowest probe: whether the probes really run side by side."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.ratio import Ratio, compare
from regdoctor.catalogue import checks, needed_probes
from regdoctor.check import Check
from regdoctor.lab.stack import Stack

_ROUNDS = 9


def measure() -> Iterator[Ratio]:
    """The whole process, with every check and with no more than one that needs the slowest probe."""
    regdoctor = str(Path(sys.executable).parent / "regdoctor")
    with Stack() as stack:
        root = str(stack.tree.root)

        def examine(*names: str) -> tuple[float, str]:
            began = time.perf_counter()
            words = [regdoctor, "check", *names, "--root", root, "--format", "json", "--verbose"]
            done = subprocess.run(words, capture_output=True, text=True, check=True)
            return time.perf_counter() - began, done.stderr

        slowest = _slowest([examine("all")[1] for _ in range(_ROUNDS)])
        yield compare(
            "check all, healthy lab",
            lambda: examine("all")[0],
            f"its slowest probe alone ({slowest})",
            lambda: examine(_asking_for(slowest).name)[0],
            aim=1.2,
            pairs=_ROUNDS,
        )


def _slowest(runs: list[str]) -> str:
    """The probe whose median time is longest, from what --verbose tells: `name: done (0.12 s)`."""
    seconds: dict[str, list[float]] = {}
    for run in runs:
        for line in run.splitlines():
            name, _, rest = line.partition(": ")
            if rest.endswith(" s)"):
                seconds.setdefault(name, []).append(float(rest.rpartition("(")[2].removesuffix(" s)")))
    return max(seconds, key=lambda name: statistics.median(seconds[name]))


def _asking_for(probe: str) -> Check:
    """The check that needs this probe, and as few others as possible."""
    asking = [item for item in checks() if any(one.name == probe for one in needed_probes([item]))]
    return min(asking, key=lambda item: len(needed_probes([item])))
