"""How two commands are compared: in turn, so that a machine whose speed drifts treats both alike."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Timed = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Ratio:
    """One line of the table."""

    work: str
    peer: str
    aim: float
    """At most this many times the peer."""
    seconds: float
    """Median of the work."""
    peer_seconds: float
    """Median of the peer."""
    times: float
    """Median of the ratios, pair by pair."""

    @property
    def holds(self) -> bool:
        """Whether the aim was met in this run."""
        return self.times <= self.aim


def compare(work: str, one: Timed, peer: str, other: Timed, *, aim: float, pairs: int) -> Ratio:
    """Time both in turn, `pairs` times after one turn that is not counted."""
    one(), other()
    measured = [(one(), other()) for _ in range(pairs)]
    return Ratio(
        work,
        peer,
        aim,
        statistics.median(mine for mine, _ in measured),
        statistics.median(theirs for _, theirs in measured),
        statistics.median(mine / theirs for mine, theirs in measured),
    )


def command(words: Sequence[str]) -> Timed:
    """A command as a whole process, in seconds of wall time. Raises CalledProcessError where it fails."""

    def run() -> float:
        began = time.perf_counter()
        subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        return time.perf_counter() - began

    return run
