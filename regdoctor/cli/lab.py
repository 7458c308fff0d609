"""`regdoctor lab`: a real registry stack on this machine, healthy or broken as named."""

from __future__ import annotations

import enum
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from regdoctor.cli.output import note, write

app = typer.Typer(
    no_args_is_help=True,
    help="Start a real registry stack on this machine, healthy or broken in one named way.",
)


class ListFormat(enum.StrEnum):
    """How `lab list` prints."""

    TEXT = "text"
    JSON = "json"


def _complete(incomplete: str) -> Iterator[tuple[str, str]]:
    """The names of faults that begin with what was typed, for the shell."""
    from regdoctor.lab.fault import HEALTHY, discover

    for name, title in (
        (HEALTHY, "nothing is broken"),
        *((n, fault.title) for n, fault in discover().items()),
    ):
        if name.startswith(incomplete.replace("_", "-")):
            yield name, title


FaultName = Annotated[str, typer.Argument(metavar="FAULT", autocompletion=_complete, help="See: regdoctor lab list")]


@app.command(epilog="Example: regdoctor lab up s3-head-forbidden")
def up(fault: FaultName = "healthy") -> None:
    """Start the stack and keep it running until Ctrl-C; then nothing of it is left."""
    from regdoctor.lab.fault import find_fault
    from regdoctor.lab.session import run_lab

    with _failing_politely():
        run_lab(find_fault(fault), fault, say=_tell, show=lambda text: write(f"{text}\n"))


@app.command(name="break", epilog="Examples: regdoctor lab break location-http · regdoctor lab break healthy")
def break_(fault: FaultName) -> None:
    """Make the lab that runs take on another fault, or none (healthy)."""
    from regdoctor.lab.control import ask_running_lab
    from regdoctor.lab.errors import LabError
    from regdoctor.lab.fault import find_fault

    with _failing_politely():
        find_fault(fault)
        reply = ask_running_lab(fault)
        if reply.error:
            raise LabError(reply.error)
    write(f"{reply.command}\n")


@app.command(name="list", epilog="Example: regdoctor lab list --format json")
def list_(
    output: Annotated[ListFormat, typer.Option("--format", help="How to print.")] = ListFormat.TEXT,
) -> None:
    """List the faults, each with the check that names it."""
    import json

    from regdoctor.lab.fault import discover

    faults = discover()
    if output is ListFormat.JSON:
        rows = [
            {
                "name": name,
                "title": fault.title,
                "check": fault.check,
                "failure_modes": list(fault.failure_modes),
                "arguments": list(fault.arguments),
            }
            for name, fault in faults.items()
        ]
        write(json.dumps({"schema": "regdoctor.lab-faults/1", "faults": rows}, indent=2) + "\n")
        return
    for name, fault in faults.items():
        write(f"{name:<26} {fault.check}\n")
        write(textwrap.fill(fault.title, 80, initial_indent="    ", subsequent_indent="    ") + "\n")


@app.command(epilog="Example: regdoctor lab demo token-key-mismatch")
def demo(fault: FaultName = "s3-head-forbidden") -> None:
    """Break the stack, show what a client and the check say, mend it, and show both again.

    Exits with 0 only if the check found the fault (1) and then nothing (0), else with 70.
    """
    from regdoctor.exit_codes import ExitCode
    from regdoctor.lab.errors import LabError
    from regdoctor.lab.fault import find_fault
    from regdoctor.lab.session import run_demonstration

    with _failing_politely():
        chosen = find_fault(fault)
        if chosen is None:
            raise LabError("a healthy lab has nothing to show; name a fault (regdoctor lab list)")
        shown = run_demonstration(chosen, fault, say=_tell)
    raise typer.Exit(ExitCode.HEALTHY if shown else ExitCode.BUG)


def _tell(text: str) -> None:
    note(text)


@contextmanager
def _failing_politely() -> Iterator[None]:
    """A LabError becomes a UsageError (its message, exit code 2); Ctrl-C becomes exit code 130, SIGTERM 0."""
    import signal

    from regdoctor.exit_codes import ExitCode, UsageError
    from regdoctor.lab.errors import LabError
    from regdoctor.lab.interruption import Interrupted

    try:
        yield
    except LabError as error:
        raise UsageError(str(error)) from error
    except Interrupted as interrupted:
        by_user = interrupted.number == signal.SIGINT
        raise typer.Exit(ExitCode.INTERRUPTED if by_user else ExitCode.HEALTHY) from interrupted
