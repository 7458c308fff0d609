"""The demonstration: a real client fails, the check says why, the fault is mended, the client succeeds."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

from regdoctor.lab import skopeo
from regdoctor.lab.advice import check_arguments, check_command
from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack
from regdoctor.redaction import redact


def demonstrate(stack: Stack, name: str, fault: Fault, say: Callable[[str], None]) -> bool:
    """Show `fault` on a healthy `stack`, then heal it. True if the check found it, and nothing afterwards.

    The check's own output goes to standard output; `say` takes the sentences between.
    """
    stack.apply(fault)
    say(f"The lab is broken ({name}): {fault.title}.")
    say(_client(stack, fault))
    found = _check(stack, say)
    stack.heal()
    say("The fault is mended.")
    say(_client(stack, fault, healed=True))
    clean = _check(stack, say)
    return (found, clean) == (1, 0)


def _client(stack: Stack, fault: Fault, *, healed: bool = False) -> str:
    """skopeo's command and how it went. A tag that came with the fault goes with it."""
    run = skopeo.push(stack) if fault.shows_on == "push" else skopeo.pull(stack, "latest" if healed else fault.tag)
    verdict = f"fails with {run.exit_code}:\n{redact(run.complaint)}" if run.exit_code else "succeeds."
    return f"$ {run.command}\nA real client {verdict}"


def _check(stack: Stack, say: Callable[[str], None]) -> int:
    say(f"$ {check_command(stack)}")
    command = [sys.executable, "-m", "regdoctor", *check_arguments(stack)]
    with stack.password_file.open("rb") as password:
        done = subprocess.run(command, stdin=password, check=False)
    say(f"It exits with {done.returncode}.")
    return done.returncode
