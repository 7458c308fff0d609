"""What a diagnosis ends with, and where it goes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from regdoctor import catalogue
from regdoctor.check import Severity
from regdoctor.cli.check import Level
from regdoctor.cli.diagnoses import Form, exit_code, show_diagnosis
from regdoctor.exit_codes import ExitCode
from regdoctor.traffic.telling import Telling
from tests.traffic.conversation import Conversation


@pytest.mark.parametrize(
    ("status", "threshold", "code"),
    [
        (200, Severity.INFO, ExitCode.HEALTHY),
        (500, Severity.ERROR, ExitCode.FINDINGS),
        (500, Level.CRITICAL.severity, ExitCode.HEALTHY),
    ],
)
def test_a_session_that_fails_counts_as_an_error(
    status: int, threshold: Severity, code: ExitCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "signs", lambda: ())
    talk, telling = Conversation(), Telling()
    telling.take(talk.ask("GET", "/v2/_catalog", status))

    assert exit_code(telling.end(), threshold) == code


def test_a_recording_without_a_registry_examines_nothing() -> None:
    assert exit_code(Telling().end()) == ExitCode.NOT_EXAMINED


def test_whoever_gets_a_file_reads_the_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    diagnosis = Telling().end()
    show_diagnosis(diagnosis, Form.JSON, tmp_path / "out.json")

    assert json.loads((tmp_path / "out.json").read_text())["sentence"] == diagnosis.sentence
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == f"regdoctor: {diagnosis.sentence}\n"
