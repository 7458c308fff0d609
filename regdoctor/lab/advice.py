"""The command lines that examine a stack, for people to paste and for the demonstration to run."""

from __future__ import annotations

import shlex

from regdoctor.lab.fault import Fault
from regdoctor.lab.material import LOGIN, PROJECT
from regdoctor.lab.stack import Stack


def check_arguments(stack: Stack, fault: Fault | None) -> list[str]:
    """What follows `regdoctor` to see `fault`, also once it is mended; the password goes to standard input."""
    login = ["--username", LOGIN, "--password-stdin"]
    more = list(fault.arguments) if fault else []
    if "--allow-writes" in more:
        more += ["--repository", PROJECT]  # GitLab lets nobody push but to a project
    return ["check", "all", "--root", str(stack.tree.root), *login, *more]


def check_command(stack: Stack, fault: Fault | None) -> str:
    """The whole command, to be pasted into a shell."""
    words = shlex.join(["regdoctor", *check_arguments(stack, fault)])
    return f"{words} < {shlex.quote(str(stack.password_file))}"
