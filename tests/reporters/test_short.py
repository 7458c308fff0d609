"""One line an outcome that needs a look, and one of counts."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from regdoctor.check import Severity
from regdoctor.report import Report, Row
from regdoctor.reporters import Page
from regdoctor.reporters.short import render


def test_the_lines_are_as_agreed(report: Report, golden: Path) -> None:
    assert render(report, Page()) == (golden / "short.txt").read_text(encoding="utf-8")


def test_show_leaves_out_findings_below_and_nothing_that_could_not_be_told(report: Report) -> None:
    lines = render(report, Page(show=Severity.CRITICAL)).splitlines()

    assert [line.split()[:2] for line in lines[:-1]] == [["FAIL", "critical"], ["UNKNOWN", "token_clock_skew"]]
    assert lines[-1].startswith("2 failed")


def test_a_finding_stays_on_its_line_and_cannot_forge_another(report: Report, row: Row) -> None:
    forged = dataclasses.replace(row, message="one\nFAIL critical two\r\x1b[2Kthree", failure_modes=())
    shown = render(dataclasses.replace(report, rows=(forged,)), Page())

    assert len(shown.splitlines()) == 2
    assert shown.startswith("FAIL critical token_key_mismatch - one FAIL critical two \\x1b[2Kthree (/var/opt/")


def test_what_many_checks_do_not_know_for_one_reason_is_one_line(report: Report, row: Row) -> None:
    unknown = dataclasses.replace(row, outcome="unknown", message="gitlab.rb:3: a syntax error")
    rows = tuple(dataclasses.replace(unknown, check=f"check_{number}") for number in range(9))
    shown = render(dataclasses.replace(report, rows=rows), Page())

    assert shown.splitlines()[0] == ("UNKNOWN check_0, check_1, check_2, and 6 more - gitlab.rb:3: a syntax error")
    assert len(shown.splitlines()) == 2
