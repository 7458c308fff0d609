"""One line an outcome, for grep and for a glance: `FAIL error token_key_mismatch AUTH-01 message (file:line)`."""

from __future__ import annotations

from regdoctor.report import Report, Row
from regdoctor.reporters import Page, printable


def render(report: Report, page: Page) -> str:
    """Failures from --show up, causes first, then what could not be told; the healthy rest is one line of counts."""
    lines = [_line(row) for row in report.of("fail") if row.severity >= page.show]
    lines += _unknown(report.of("unknown"))
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
    words = ["FAIL", row.severity.word, row.check, ",".join(row.failure_modes) or "-"]
    if row.explained_by:
        words.append(f"(because of {row.explained_by})")
    return " ".join([*words, _one_line(row.message), *_place(row)])


def _place(row: Row) -> list[str]:
    """The first line of a file that is evidence."""
    found = [f"({printable(quote.source)}:{quote.line})" for quote in row.evidence if quote.line]
    return found[:1]


def _unknown(rows: tuple[Row, ...]) -> list[str]:
    """A line for each reason: one broken file may leave a hundred checks without an answer."""
    lines = []
    for reason in dict.fromkeys(row.message for row in rows):
        same = [row for row in rows if row.message == reason]
        names = [row.check for row in same]
        shown = names if len(names) <= _FEW else [*names[: _FEW - 1], f"and {len(names) - _FEW + 1} more"]
        modes = same[0].failure_modes if len(same) == 1 else ()
        lines.append(f"UNKNOWN {', '.join(shown)} {','.join(modes) or '-'} {_one_line(reason)}")
    return lines


_FEW = 4
"""As many names of checks fit before a reason that they share."""


def _one_line(text: str) -> str:
    return printable(" ".join(text.split()))
