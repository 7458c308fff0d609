"""`regdoctor capture analyze`: what a recording tells."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from regdoctor.check import Dialect, Severity
from regdoctor.cli.check import Level
from regdoctor.exit_codes import ExitCode, UsageError

if TYPE_CHECKING:
    from regdoctor.evidence.recorded import Recorded
    from regdoctor.formats.raw_exchange import BadRecord
    from regdoctor.traffic.diagnosis import Diagnosis
    from regdoctor.traffic.telling import Telling

EXAMPLE = (
    "Examples: regdoctor capture analyze session.flow · regdoctor capture analyze browser.har --format json · "
    "regdoctor capture analyze session.flow --redact clean.flow"
)


class Form(enum.StrEnum):
    """How the diagnosis is shown."""

    TEXT = "text"
    JSON = "json"


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
    from regdoctor.traffic.telling import Telling

    accepted = parse(ignore or [])
    for path in (output, redact):
        options.writers([], [path] if path else [])
    if redact is not None and any(redact.resolve() == file.resolve() for file in files):
        raise UsageError(f"--redact {redact}: that is the recording itself.")
    telling = Telling(dialect=dialect)
    unread: list[BadRecord] = []
    readable = _readable(read_recordings(files), unread)
    if redact is None:
        for recorded in readable:
            telling.take(recorded)
    else:
        _write(_told(readable, telling), redact)
    diagnosis = telling.end(unread, accepted)
    _complain(unread, files)
    if not diagnosis.calls and unread:
        return ExitCode.USAGE
    show_diagnosis(diagnosis, form, output, show.severity)
    return exit_code(diagnosis, fail_on.severity)


def _readable(items: Iterable[Recorded | BadRecord], unread: list[BadRecord]) -> Iterator[Recorded]:
    """The exchanges; what could not be read is put aside."""
    from regdoctor.formats.raw_exchange import BadRecord

    for item in items:
        if isinstance(item, BadRecord):
            unread.append(item)
        else:
            yield item


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


_FEW = 5
"""Complaints about one recording that are shown."""


def _complain(unread: Sequence[BadRecord], files: Sequence[Path]) -> None:
    from regdoctor.cli import output
    from regdoctor.foreign_text import clean

    named = f"{files[0]}: " if len(files) == 1 else ""
    for bad in unread[:_FEW]:
        output.note(f"regdoctor: {named}{clean(bad.where)}: {clean(bad.why)}")
    if len(unread) > _FEW:
        output.note(f"regdoctor: {named}{len(unread) - _FEW} more pieces cannot be read")


def show_diagnosis(diagnosis: Diagnosis, form: Form, path: Path | None, show: Severity = Severity.INFO) -> None:
    """The diagnosis, to its file or to standard output; whoever gets no page for people reads the sentence beside it.

    show: findings below this severity are left out of the text; the JSON has them all.
    """
    from regdoctor.cli import output
    from regdoctor.traffic.diagnosis import render_json
    from regdoctor.traffic.report import render_text

    to_file = path is not None and str(path) not in ("-", "/dev/stdout")
    width = 80 if to_file else output.columns()
    text = render_json(diagnosis) if form is Form.JSON else render_text(diagnosis, width, show)
    if path is not None and to_file:
        output.save(path, text)
    else:
        output.write_report(text)
    if to_file or form is Form.JSON:
        output.note(f"regdoctor: {diagnosis.sentence}")


def exit_code(diagnosis: Diagnosis, fail_on: Severity = Severity.ERROR) -> int:
    """What the process ends with; a bug in a sign is told on standard error first."""
    from regdoctor.cli import output
    from regdoctor.traffic.diagnosis import Result

    if diagnosis.bugs:
        output.note("\n".join(bug.rstrip() for bug in diagnosis.bugs))
        output.note("regdoctor: this is a bug in regdoctor; please report it with the lines above")
        return ExitCode.BUG
    worst = diagnosis.worst()
    if worst is not None and worst >= fail_on:
        return ExitCode.FINDINGS
    return ExitCode.NOT_EXAMINED if diagnosis.result is Result.NOTHING else ExitCode.HEALTHY
