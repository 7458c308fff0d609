"""The way out of a recording's diagnosis, the same for each command: where it goes, and the exit code."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING

from regdoctor.check import Severity
from regdoctor.cli import output
from regdoctor.exit_codes import ExitCode

if TYPE_CHECKING:
    from regdoctor.traffic.diagnosis import Diagnosis


class Form(enum.StrEnum):
    """How the diagnosis is shown."""

    TEXT = "text"
    JSON = "json"


def show_diagnosis(diagnosis: Diagnosis, form: Form, path: Path | None, show: Severity = Severity.INFO) -> None:
    """The diagnosis, to its file or to standard output; whoever gets no page for people reads the sentence beside it.

    show: findings below this severity are left out of the text; the JSON has them all.
    """
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
    from regdoctor.traffic.diagnosis import Result

    if diagnosis.bugs:
        output.note("\n".join(bug.rstrip() for bug in diagnosis.bugs))
        output.note("regdoctor: this is a bug in regdoctor; please report it with the lines above")
        return ExitCode.BUG
    worst = diagnosis.worst()
    if worst is not None and worst >= fail_on:
        return ExitCode.FINDINGS
    return ExitCode.NOT_EXAMINED if diagnosis.result is Result.NOTHING else ExitCode.HEALTHY
