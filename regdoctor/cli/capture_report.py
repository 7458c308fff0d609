"""`regdoctor capture report`: a recording as one page that can be sent to somebody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from regdoctor.check import Dialect
from regdoctor.cli import diagnoses, recordings
from regdoctor.cli.check import Level
from regdoctor.exit_codes import UsageError

if TYPE_CHECKING:
    from regdoctor.formats.raw_exchange import BadRecord

EXAMPLE = (
    "Examples: regdoctor capture report session.flow -o page.html · regdoctor capture report browser.har -o - >page"
)


def command(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Recordings of one session: mitmproxy's flows, HAR.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the page goes; -: out.")],
    dialect: Annotated[
        Dialect, typer.Option(help="How the registry was installed: the wording of remedies.")
    ] = Dialect.PLAIN,
    ignore: Annotated[
        list[str] | None, typer.Option(metavar="NAME[:RESOURCE]", help="Accept a finding; repeatable.")
    ] = None,
    fail_on: Annotated[Level, typer.Option(help="Exit 1 from here up.")] = Level.ERROR,
) -> int:
    """Write a recording of traffic as one HTML page: the answer, its remedy, and each call in its place in time.

    The page has no secrets, loads nothing, and can be opened from a file or attached to an issue.
    """
    from regdoctor.cli import options
    from regdoctor.cli import output as way_out
    from regdoctor.suppressions import parse
    from regdoctor.traffic.page import render_page
    from regdoctor.traffic.reading import read_recordings
    from regdoctor.traffic.telling import Telling

    accepted = parse(ignore or [])
    options.writers([], [output])
    if any(output.resolve() == file.resolve() for file in files):
        raise UsageError(f"--output {output}: that is the recording itself.")
    telling = Telling(dialect=dialect)
    unread: list[BadRecord] = []
    calls = [telling.take(item).call for item in recordings.readable(read_recordings(files), unread)]
    diagnosis = telling.end(unread, accepted)
    recordings.complain(unread, files)
    page = render_page(diagnosis, calls)
    if str(output) in ("-", "/dev/stdout"):
        way_out.write_report(page)
    else:
        way_out.save(output, page)
    way_out.note(f"regdoctor: {diagnosis.sentence}")
    return diagnoses.exit_code(diagnosis, fail_on.severity)
