"""`regdoctor capture analyze` tells a recording, and ends with the exit codes of every command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from regdoctor.cli.capture_analyze import command
from regdoctor.cli.diagnoses import Form
from regdoctor.exit_codes import ExitCode, UsageError

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
