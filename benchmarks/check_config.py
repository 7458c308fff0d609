"""`check config` on the tree of a whole Omnibus host against its own start-up: what reading and judging files adds."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.ratio import Ratio, compare

_TREE = Path(__file__).parents[1] / "tests/trees/omnibus"
"""Without certificates and gitlab-secrets.json, which tests make when they copy it: the findings that this gives cost
what Passes cost."""


def measure() -> Iterator[Ratio]:
    """One ratio: the whole process, with and without looking at any file."""
    with TemporaryDirectory() as folder:
        root = Path(folder) / "host"
        shutil.copytree(_TREE, root, ignore=shutil.ignore_patterns("gitlab-secrets.json"))
        words = [str(Path(sys.executable).parent / "regdoctor"), "check", "config", "--root", str(root)]

        def run(*more: str) -> float:
            began = time.perf_counter()
            done = subprocess.run([*words, *more], capture_output=True, check=False)
            assert done.returncode in (0, 1), done.stderr
            return time.perf_counter() - began

        yield compare(
            "check config, an Omnibus host's files",
            run,
            "its start-up alone (--plan)",
            lambda: run("--plan"),
            aim=1.5,
            pairs=15,
        )
