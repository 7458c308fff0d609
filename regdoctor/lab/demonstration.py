"""The demonstration: a real client fails, the check says why, the fault is mended, the client succeeds."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from regdoctor.lab import skopeo
from regdoctor.lab.advice import check_arguments, check_command
from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack
from regdoctor.redaction import redact


def demonstrate(stack: Stack, name: str, fault: Fault, say: Callable[[str], None]) -> bool:
    """Show `fault` on a healthy `stack`, heal it, and end with what was diagnosed.

    True if the check found it, and nothing afterwards. The check's own output goes to standard output; `say` takes the
    sentences between.
    """
    report = stack.folder / "report.json"
    stack.apply(fault)
    say(f"The lab is broken ({name}): {fault.title}.\n")
    say(_client(stack, fault))
    found = _check(stack, fault, say, "--format", "json", "--output", str(report), "--format", "human")
    stack.heal()
    say("The fault is mended.\n")
    say(_client(stack, fault, healed=True))
    clean = _check(stack, fault, say, "--format", "short")
    say(_summary(json.loads(report.read_text(encoding="utf-8")), name))
    return (found, clean) == (1, 0)


def _client(stack: Stack, fault: Fault, *, healed: bool = False) -> str:
    """skopeo's command and how it went. A tag that came with the fault goes with it."""
    run = skopeo.push(stack) if fault.shows_on == "push" else skopeo.pull(stack, "latest" if healed else fault.tag)
    verdict = f"fails:\n{redact(run.complaint)}" if run.exit_code else "succeeds."
    return f"$ {run.command}\nA real client {verdict}\n"


def _check(stack: Stack, fault: Fault, say: Callable[[str], None], *more: str) -> int:
    say(f"$ {check_command(stack, fault)}")
    command = [sys.executable, "-m", "regdoctor", *check_arguments(stack, fault), *more]
    with stack.password_file.open("rb") as password:
        done = subprocess.run(command, stdin=password, check=False)
    say(f"It exits with {done.returncode}.\n")
    return done.returncode


def _summary(report: dict[str, Any], name: str) -> str:
    """What was diagnosed, in three lines and the commands."""
    found = next((row for row in report["outcomes"] if row["outcome"] == "fail"), None)
    if found is None:
        return f"The fault {name} was not found."
    modes = ", ".join(found["failure_modes"])
    lines = [
        f"The fault:     {name}",
        f"The diagnosis: {found['check']} ({modes}): {found['message']}",
        f"The remedy:    {found['remedy']['text']}",
        *found["remedy"]["commands"],
    ]
    return "\n".join(lines)
