"""Measures every ratio and prints one table; the exit code is 1 where an aim was missed."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

from benchmarks import capture_analyze, check_all, check_config, version


def main() -> int:
    """Run all of them; takes about a minute."""
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
