"""Measures every ratio and prints one table; the exit code is 1 where an aim was missed.

`python -m benchmarks capture_analyze --whole` measures a recording of 100,000 exchanges instead.
"""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

from benchmarks import capture_analyze, check_all, check_config, version


def main() -> int:
    """Run all of them, or the one that the arguments name; takes about a minute."""
    if sys.argv[1:] == ["capture_analyze", "--whole"]:
        whole = capture_analyze.measure_whole()
        print(whole)
        return 0 if whole.holds else 1
    if sys.argv[1:]:
        print("usage: python -m benchmarks [capture_analyze --whole]", file=sys.stderr)
        return 2
    ratios = [ratio for bench in (version, check_config, check_all, capture_analyze) for ratio in bench.measure()]
    table = Table("work", "seconds", "against", "seconds", "ratio", "aim", "")
    for ratio in ratios:
        table.add_row(
            ratio.work,
            f"{ratio.seconds:.3f}",
            ratio.peer,
            f"{ratio.peer_seconds:.3f}",
            f"{ratio.times:.2f}",
            f"≤ {ratio.aim:g}",
            "holds" if ratio.holds else "MISSED",
        )
    Console().print(table)
    return 0 if all(ratio.holds for ratio in ratios) else 1


if __name__ == "__main__":
    sys.exit(main())
