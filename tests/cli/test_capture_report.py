"""`regdoctor capture report` writes the page, says the answer, and ends with the exit codes of every command."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.cli.capture_report import command
from regdoctor.exit_codes import ExitCode, UsageError

REFUSED = Path(__file__).parents[1] / "traffic/recordings/push_head_refused.flow"


def test_the_page_is_written_and_the_answer_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.html"

    assert command([REFUSED], page) == ExitCode.FINDINGS
    assert page.read_text("utf-8").startswith("<!doctype html>")
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("regdoctor: The bucket refused HEAD of a blob (403): ")


def test_the_page_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    command([REFUSED], Path("-"))

    assert capsys.readouterr().out.startswith("<!doctype html>")


def test_a_page_does_not_replace_its_recording() -> None:
    with pytest.raises(UsageError, match="the recording itself"):
        command([REFUSED], REFUSED)


def test_of_a_torn_recording_what_can_be_read_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torn, page = tmp_path / "torn.flow", tmp_path / "page.html"
    torn.write_bytes(REFUSED.read_bytes()[:-100])

    command([torn], page)

    assert "Could not be read" in page.read_text("utf-8")
    assert "record 4" in capsys.readouterr().err


def test_what_is_no_recording_is_unusable(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    bad = tmp_path / "bad.har"
    bad.write_text('{"log": []}')

    with pytest.raises(UsageError, match="no HAR"):
        command([bad], page)
    assert not page.exists()


def test_a_recording_without_one_readable_piece_is_unusable(tmp_path: Path) -> None:
    torn, page = tmp_path / "torn.flow", tmp_path / "page.html"
    torn.write_bytes(REFUSED.read_bytes()[:100])

    with pytest.raises(UsageError, match="nothing of it can be read"):
        command([torn], page)
    assert not page.exists()
