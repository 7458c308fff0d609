"""`regdoctor capture`: traffic between client and registry, recorded, told and shown."""

from __future__ import annotations

import typer

from regdoctor.cli import capture_analyze, capture_report, capture_run

app = typer.Typer(help="Record what goes between client and registry, and have it explained.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Record what goes between client and registry, and have it explained."""


app.command(name="run", cls=capture_run.CommandWithClient, epilog=capture_run.EXAMPLE, no_args_is_help=True)(
    capture_run.command
)
app.command(name="analyze", epilog=capture_analyze.EXAMPLE, no_args_is_help=True)(capture_analyze.command)
app.command(name="report", epilog=capture_report.EXAMPLE, no_args_is_help=True)(capture_report.command)
