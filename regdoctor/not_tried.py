"""What was not tried, in a sentence: how many checks, and what it would take."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from regdoctor.report import Report

_NEEDED: Mapping[str, str] = {
    "--root": "the host's files (--root)",
    "--config": "the host's files (--config)",
    "--registry": "the registry's address (--registry)",
    "--debug-url": "the debug server's address (--debug-url)",
    "--username": "a login (--username)",
    "--repository": "a repository (--repository)",
    "--mount-from": "a repository to mount from (--mount-from)",
    "--layer-size": "the largest layer's size (--layer-size)",
    "--allow-writes": "--allow-writes",
}
"""What a user would have to give, by the option that gives it."""

_FURTHER = "further nodes' files (--root)"
"""What --root asks for where a host's files were looked at already."""

_OPTION = re.compile(r"--[a-z][a-z-]*")


def not_tried(report: Report) -> str:
    """One sentence for the skipped checks, of which there is one: what it takes, what serves most of them first."""
    rows = report.of("skip")
    needed = {**_NEEDED, "--root": _FURTHER} if report.target.get("root") else _NEEDED
    needs = Counter(need for row in rows if (need := _need(row.message, needed)))
    waiting = needs.total()
    idle = len(rows) - waiting
    said = []
    if waiting:
        what = ", ".join(need for need, _ in needs.most_common())
        said.append(f"{_checks(waiting)} {'was' if waiting == 1 else 'were'} not tried: {_they(waiting)} {what}")
    if idle:
        said.append(f"{idle if said else _checks(idle)} {'does' if idle == 1 else 'do'} not apply here")
    return "; ".join([*said, f"--verbose names {'it' if len(rows) == 1 else 'them'}"])


def _need(reason: str, needed: Mapping[str, str]) -> str | None:
    """What the first option that a reason names asks for; None where it names none."""
    return next((needed[option] for option in _OPTION.findall(reason) if option in needed), None)


def _checks(count: int) -> str:
    return f"{count} check{'' if count == 1 else 's'}"


def _they(count: int) -> str:
    return "it needs" if count == 1 else "they need"
