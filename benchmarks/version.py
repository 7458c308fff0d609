"""`regdoctor --version` against an empty Python: what a script that asks for the version pays."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.ratio import Ratio, command, compare


def measure() -> Iterator[Ratio]:
    """One ratio."""
    regdoctor = str(Path(sys.executable).parent / "regdoctor")
    yield compare(
        "regdoctor --version",
        command([regdoctor, "--version"]),
        "python -c pass",
        command([sys.executable, "-c", "pass"]),
        aim=4.0,
        pairs=25,
    )
