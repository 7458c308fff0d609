"""`regdoctor capture analyze` tells a recording, and ends with the exit codes of every command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from regdoctor import catalogue
from regdoctor.check import Severity
from regdoctor.cli.capture_analyze import Form, command, exit_code
from regdoctor.cli.check import Level
from regdoctor.exit_codes import ExitCode, UsageError
from regdoctor.traffic.telling import Telling
from tests.traffic.conversation import Conversation

RECORDINGS = Path(__file__).parents[1] / "traffic/recordings"
REFUSED = RECORDINGS / "push_head_refused.flow"


def test_the_answer_of_a_recorded_push_comes_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert command([REFUSED]) == ExitCode.FINDINGS
    written = " ".join(capsys.readouterr().out.split())

    assert written.startswith("The bucket refused HEAD of a blob (403): the push of ")


def test_a_clean_copy_tells_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clean = tmp_path / "clean.flow"
    told = []
    for file, redact in ((REFUSED, clean), (clean, None)):
        command([file], Form.JSON, redact=redact)
        told.append(json.loads(capsys.readouterr().out))

    assert told[0]["sentence"] == told[1]["sentence"]
    assert [row["check"] for row in told[0]["outcomes"]] == [row["check"] for row in told[1]["outcomes"]]


def test_a_clean_copy_does_not_replace_its_recording() -> None:
    with pytest.raises(UsageError, match="the recording itself"):
        command([REFUSED], redact=REFUSED)


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
