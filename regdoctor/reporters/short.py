"""One line an outcome, for grep and for a glance: `FAIL error token_key_mismatch AUTH-01 message`."""

from __future__ import annotations

from regdoctor.report import Report, Row
from regdoctor.reporters import Page, printable


def render(report: Report, page: Page) -> str:
    """Failures from --show up, causes first, then what could not be told; the healthy rest is one line of counts."""
    shown = [row for row in report.rows if row.outcome in ("fail", "unknown")]
    lines = [_line(row) for row in shown if row.outcome == "unknown" or row.severity >= page.show]
    counts = ", ".join(
        f"{report.count(kind)} {word}"
        for kind, word in (
            ("fail", "failed"),
            ("unknown", "unknown"),
            ("pass", "passed"),
            ("skip", "skipped"),
            ("ignored", "ignored"),
        )
    )
    return "\n".join([*lines, counts]) + "\n"


def _line(row: Row) -> str:
    words = [row.outcome.upper()]
    if row.outcome == "fail":
        words.append(row.severity.word)
    words += [row.check, ",".join(row.failure_modes) or "-"]
    if row.explained_by:
        words.append(f"(because of {row.explained_by})")
    return " ".join([*words, printable(" ".join(row.message.split()))])
