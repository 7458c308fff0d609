"""The command line as a whole: its commands, and how each of them ends."""

from __future__ import annotations

import inspect
import io
import sys
import traceback
from typing import Annotated, Any

import typer

import regdoctor
from regdoctor.cli import capture, check, explain, hops, lab, output, storage, token
from regdoctor.exit_codes import ExitCode, UsageError
from regdoctor.redaction import redact

_WRONG_WORDS: Any = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
"""What is raised for words that the command line does not take. Older releases of Typer use the package click, newer
ones a copy of it that is theirs alone: this is the class that counts."""

app = typer.Typer(
    name="regdoctor",
    help="Says what is wrong with a container registry, proves it, and gives the remedy.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(name="check", epilog=check.EXAMPLE, no_args_is_help=True)(check.command)
app.command(name="explain", epilog=explain.EXAMPLE, no_args_is_help=True)(explain.command)
app.command(name="hops", epilog=hops.EXAMPLE)(hops.command)
app.add_typer(storage.app, name="storage")
app.add_typer(token.app, name="token")
app.add_typer(capture.app, name="capture")
app.add_typer(lab.app, name="lab")


def _flowing(documented: object) -> str:
    """A docstring's paragraphs, a line each: newer releases of Typer keep the source's line ends in their help."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in (inspect.getdoc(documented) or "").split("\n\n"))


for _commands in (app, storage.app, token.app, capture.app, lab.app):
    for _command in _commands.registered_commands:
        _command.help = _command.help or _flowing(_command.callback)


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
        result = app(prog_name="regdoctor", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
        return result if isinstance(result, int) else ExitCode.HEALTHY
    except UsageError as error:
        return _complain(str(error), ExitCode.USAGE)
    except typer.Exit as end:
        return end.exit_code
    except _WRONG_WORDS as error:
        if complaint := _usage(error):  # empty where the help was shown instead
            output.note(complaint)
        return ExitCode.USAGE
    except (typer.Abort, KeyboardInterrupt):
        return _complain("interrupted", ExitCode.INTERRUPTED)
    except BrokenPipeError:
        output.discard(sys.stdout)  # `--help | head`: the reader has what it wanted
        return ExitCode.HEALTHY
    except Exception:  # the last place where a traceback can be kept from carrying a secret out
        return _complain(
            redact(traceback.format_exc())
            + "regdoctor: this is a bug in regdoctor; please report it with the lines above",
            ExitCode.BUG,
        )


def _usage(error: Any) -> str:
    """The complaint of the command line's parser, with its line on usage."""
    written = io.StringIO()
    error.show(file=written)
    return written.getvalue().rstrip()


def _complain(message: str, code: ExitCode) -> int:
    output.note(f"regdoctor: {message}")
    return code
