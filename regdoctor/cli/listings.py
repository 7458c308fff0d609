"""What `regdoctor check --list` and `--plan` show."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import groupby

from regdoctor.catalogue import needed_probes, select
from regdoctor.cli import output
from regdoctor.target import Target


def show_checks(names: Sequence[str]) -> None:
    """The selected checks by family: name, severity, failure modes, and the healthy state."""
    for family, members in groupby(select(names), key=lambda item: item.family):
        output.write(f"{family}\n")
        for item in members:
            modes = ", ".join(item.failure_modes)
            output.write(f"  {item.name:<28} {item.severity.word:<9} {modes}\n      {item.title}\n")


def show_plan(names: Sequence[str], target: Target) -> None:
    """What the selected checks would make regdoctor read, and write; nothing is read or asked for it."""
    probes = needed_probes(select(names))
    named = (target.registry_url, target.debug_url, target.root, *target.config_files)
    where = ", ".join(str(place) for place in named if place)
    output.write(f"To examine {where}, regdoctor would read:\n")
    for item in probes:
        output.write(_row(f"{item.name}: {item.reads}"))
    writing = [item for item in probes if item.writes]
    if not writing:
        output.write("and write nothing.\n")
        return
    output.write("and write:\n" if target.allow_writes else "and, with --allow-writes only, write:\n")
    for item in writing:
        output.write(_row(f"{item.name}: {item.writes}"))


def _row(text: str) -> str:
    wrapped = textwrap.fill(
        text,
        80,
        initial_indent="  ",
        subsequent_indent="      ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return wrapped + "\n"
