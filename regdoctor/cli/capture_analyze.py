"""`regdoctor capture analyze`: what a recording tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from regdoctor.check import Dialect
from regdoctor.cli import diagnoses, recordings
from regdoctor.cli.check import Level
from regdoctor.cli.diagnoses import Form
from regdoctor.exit_codes import ExitCode, UsageError

if TYPE_CHECKING:
    from regdoctor.evidence.recorded import Recorded
    from regdoctor.formats.raw_exchange import BadRecord
    from regdoctor.traffic.telling import Telling

EXAMPLE = (
    "Examples: regdoctor capture analyze session.flow · regdoctor capture analyze browser.har --format json · "
    "regdoctor capture analyze session.flow --redact clean.flow"
)


def command(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Recordings of one session: mitmproxy's flows, HAR.")
    ],
    form: Annotated[Form, typer.Option("--format", help="How the diagnosis is shown.")] = Form.TEXT,
    output: Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Where it goes.")] = None,
    redact: Annotated[
        Path | None,
        typer.Option("--redact", metavar="FILE", help="Write the recording there without secrets: .har, else flows."),
    ] = None,
    dialect: Annotated[
        Dialect, typer.Option(help="How the registry was installed: the wording of remedies.")
    ] = Dialect.PLAIN,
    ignore: Annotated[
        list[str] | None, typer.Option(metavar="NAME[:RESOURCE]", help="Accept a finding; repeatable.")
    ] = None,
    show: Annotated[Level, typer.Option(help="Show findings from here up.")] = Level.INFO,
    fail_on: Annotated[Level, typer.Option(help="Exit 1 from here up.")] = Level.ERROR,
) -> int:
    """Say what a recording of traffic shows: the sessions in it, the step that failed, why, and what mends it.

    Several files are told as one recording. A push or pull that failed counts as an error. Nothing is asked over the
    network.
    """
    from regdoctor.cli import options
    from regdoctor.suppressions import parse
    from regdoctor.traffic.reading import read_recordings

    accepted = parse(ignore or [])
    for path in (output, redact):
        options.writers([], [path] if path else [])
    if redact is not None and any(redact.resolve() == file.resolve() for file in files):
        raise UsageError(f"--redact {redact}: that is the recording itself.")
    unread: list[BadRecord] = []
    readable = recordings.readable(read_recordings(files), unread)
    # Not before: of a long recording more is read aside by now, while the checks are imported here.
    from regdoctor.traffic.telling import Telling

    telling = Telling(dialect=dialect)
    recordings.expect_many()
    if redact is None:
        for recorded in readable:
            telling.take(recorded)
    else:
        _write(_told(readable, telling), redact)
    diagnosis = telling.end(unread, accepted)
    recordings.complain(unread, files)
    if not diagnosis.calls and unread:
        return ExitCode.USAGE
    diagnoses.show_diagnosis(diagnosis, form, output, show.severity)
    return diagnoses.exit_code(diagnosis, fail_on.severity)


def _told(items: Iterable[Recorded], telling: Telling) -> Iterator[Recorded]:
    """The same, each told as it goes by: a recording may be larger than the memory."""
    for recorded in items:
        telling.take(recorded)
        yield recorded


def _write(items: Iterable[Recorded], path: Path) -> None:
    from regdoctor.traffic.writing import write_recording

    try:
        write_recording(items, path, "har" if path.suffix.lower() == ".har" else "flow")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error
