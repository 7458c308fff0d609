"""The formats are the files of the folder, and each can be had by its name."""

from __future__ import annotations

import pytest

from regdoctor.exit_codes import UsageError
from regdoctor.report import Report
from regdoctor.reporters import Page, names, printable, reporter


def test_every_format_renders_a_report(report: Report) -> None:
    assert set(names()) >= {"human", "json", "short"}
    for name in names():
        assert reporter(name)(report, Page()).endswith("\n")


@pytest.mark.parametrize("name", ["xml", "", "Human", "__init__", "../json"])
def test_an_unknown_format_is_answered_with_those_that_exist(name: str) -> None:
    with pytest.raises(UsageError, match=r"there is no format .*human, json.*short"):
        reporter(name)


def test_printable_text_keeps_lines_and_letters_and_spells_out_the_rest() -> None:
    assert printable("a\tb\nΔ ✓\x1b\r\x7f\x9b") == "a\tb\nΔ ✓\\x1b\\r\\x7f\\x9b"
