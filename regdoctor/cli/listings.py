"""What `regdoctor check --list`, `--coverage` and `--plan` show."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import groupby

from regdoctor.catalogue import checks, needed_probes, select
from regdoctor.check import Check
from regdoctor.cli import output
from regdoctor.distribution.failure_modes import FAILURE_MODES
from regdoctor.target import Target


def show_checks(names: Sequence[str]) -> None:
    """The selected checks by family: name, severity, failure modes, and the healthy state."""
    for family, members in groupby(select(names), key=lambda item: item.family):
        output.write(f"{family}\n")
        for item in members:
            modes = ", ".join(item.failure_modes)
            output.write(f"  {item.name:<28} {item.severity.word:<9} {modes}\n      {item.title}\n")


def show_coverage(names: Sequence[str]) -> None:
    """Every failure mode of the domain with the checks that detect it and what proves each; then how many there are.

    names: `all` for every failure mode; else those that the named checks stand for.
    """
    from regdoctor.lab.fault import discover

    chosen = select(names)
    faults: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for name, fault in discover().items():
        faults.setdefault(fault.check, []).append((name, fault.failure_modes))
    wanted = [mode for mode in FAILURE_MODES if len(chosen) == len(checks()) or _detecting(mode, chosen)]
    for mode in wanted:
        output.write(f"{mode:<9}{FAILURE_MODES[mode]}\n")
        for item in _detecting(mode, chosen):
            output.write(f"         {item.name}: tests/checks/{item.family}/test_{item.name}.py\n")
            for name, modes in faults.get(item.name, []):
                if mode in modes:
                    output.write(f"             regdoctor lab break {name}\n")
    found = sum(bool(_detecting(mode, chosen)) for mode in wanted)
    output.write(f"{found} of {len(wanted)} failure modes are detected.\n")


def _detecting(mode: str, chosen: Sequence[Check]) -> list[Check]:
    return [item for item in chosen if mode in item.failure_modes]


def show_plan(names: Sequence[str], target: Target) -> None:
    """What the selected checks would make regdoctor read, and write; nothing is read or asked for it."""
    probes = [item for item in needed_probes(select(names)) if not (item.network and target.offline)]
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
