"""The command line as a whole: its commands, and how each of them ends."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from typing import Annotated

import click
import typer

import regdoctor
from regdoctor.cli import check, explain, lab
from regdoctor.exit_codes import ExitCode, UsageError
from regdoctor.redaction import redact

app = typer.Typer(
    name="regdoctor",
    help="Says what is wrong with a container registry, proves it, and gives the remedy.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(name="check", epilog=check.EXAMPLE, no_args_is_help=True)(check.command)
app.command(name="explain", epilog=explain.EXAMPLE, no_args_is_help=True)(explain.command)
app.add_typer(lab.app, name="lab")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"regdoctor {regdoctor.__version__}")
        raise typer.Exit


@app.callback(epilog="Example: sudo regdoctor check all")
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Say what is wrong with a container registry, prove it, and give the remedy."""


def run() -> int:
    """Run the command that the arguments name and give the exit code; no traceback leaves unredacted."""
    try:
        result = app(standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else ExitCode.HEALTHY
    except UsageError as error:
        return _complain(str(error), ExitCode.USAGE)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        return _complain("interrupted", ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # The reader went away (`| head`). What it did not want to read changes nothing, but Python would complain.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.HEALTHY
    except Exception:
        sys.stderr.write(redact(traceback.format_exc()))
        return _complain("this is a bug in regdoctor; please report it with the lines above", ExitCode.BUG)


def _complain(message: str, code: ExitCode) -> int:
    sys.stderr.write(f"regdoctor: {redact(message)}\n")
    return code
