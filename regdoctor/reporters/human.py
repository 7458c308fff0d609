"""For people, in a terminal: the answer first, then its proof and its remedy, then in a line each what is healthy."""

from __future__ import annotations

import io
import itertools

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from regdoctor.check import Quote, Severity
from regdoctor.report import Report, Row
from regdoctor.reporters import Page

_STYLE = {
    Severity.INFO: "blue",
    Severity.WARNING: "yellow",
    Severity.ERROR: "bold red",
    Severity.CRITICAL: "bold white on red",
}


def render(report: Report, page: Page) -> str:
    """The report as text of `page.width` columns, with terminal colours only where the page has them."""
    console = Console(
        file=io.StringIO(),
        width=page.width,
        force_terminal=page.colour,
        no_color=not page.colour,
        highlight=False,
        emoji=False,
        legacy_windows=False,
    )
    with console.capture() as written:
        causes = [row for row in report.causes if row.severity >= page.show]
        console.print(_answer(report))
        for number, row in enumerate(causes, 1):
            console.print()
            _cause(console, row, report.explained(row.check), f"{number}. " if len(causes) > 1 else "")
        _rest(console, report, page)
    return "\n".join(line.rstrip() for line in written.get().splitlines()) + "\n"


def _answer(report: Report) -> Text:
    where = report.target.get("registry") or report.target.get("root") or "the registry"
    causes = report.causes
    if causes:
        many = f"{len(causes)} causes found" if len(causes) > 1 else "1 cause found"
        worst = max(row.severity for row in causes)
        return Text(f"✗ {where}: {many}", style=_STYLE[worst])
    if report.count("unknown"):
        return Text(f"? {where}: nothing found wrong, but not everything could be told", style="yellow")
    if not report.count("pass"):
        return Text(f"? {where}: nothing could be examined", style="yellow")
    return Text(f"✓ {where}: nothing found wrong", style="green")


def _cause(console: Console, row: Row, folded: tuple[Row, ...], number: str) -> None:
    style = _STYLE[row.severity]
    console.print(Text(f"{number}{row.message}", style="bold"))
    modes = ", ".join(row.failure_modes)
    console.print(
        Padding(f"[{style}]{row.severity.word}[/] · {row.check}{' · ' + modes if modes else ''}", (0, 0, 0, 2))
    )
    if row.evidence:
        console.print(Text("\n  Evidence"))
        for source, quotes in itertools.groupby(row.evidence, key=_place):
            console.print(Padding(Text(source, style="cyan"), (0, 0, 0, 4)))
            for quote in quotes:
                console.print(Padding(Text(quote.quote), (0, 0, 0, 6)))
    if row.remedy:
        console.print(Text("\n  Remedy"))
        console.print(Padding(Text(row.remedy.text), (0, 0, 0, 4)))
        for command in row.remedy.commands:
            # Never wrapped: what is pasted must be what was meant.
            for line in command.splitlines():
                console.print(f"      [green]{escape(line)}[/]", soft_wrap=True)
    if folded:
        console.print(Text("\n  This explains"))
        for other in folded:
            console.print(Padding(Text(f"{other.check}: {other.message}"), (0, 0, 0, 4)))
    if row.reference:
        console.print(f"\n  Read on: {escape(row.reference)}", soft_wrap=True)


def _place(quote: Quote) -> str:
    return f"{quote.source}:{quote.line}" if quote.line else quote.source


def _rest(console: Console, report: Report, page: Page) -> None:
    unknown = [row for row in report.rows if row.outcome == "unknown"]
    healthy = [row for row in report.rows if row.outcome == "pass"]
    for heading, mark, rows in (("Could not tell", "?", unknown), ("Healthy", "✓", healthy)):
        if rows:
            console.print(Text(f"\n{heading}"))
        for row in rows:
            text = f"{row.check}: {row.message}" if row.outcome == "unknown" else (row.title)
            grid = Text(f"{mark} {text}", style="yellow" if mark == "?" else "")
            console.print(Padding(grid, (0, 0, 0, 2)))
    skipped = [row for row in report.rows if row.outcome == "skip"]
    if skipped:
        console.print(Text("\nNot tried"))
    for reason in dict.fromkeys(row.message for row in skipped):
        checks = ", ".join(row.check for row in skipped if row.message == reason)
        console.print(Padding(Text(f"- {checks}: {reason}"), (0, 0, 0, 2)))
    hidden = sum(row.severity < page.show for row in report.causes)
    notes = [
        f"{report.count('fail')} failed, {len(unknown)} unknown, {len(healthy)} healthy, {len(skipped)} not tried",
        f"{report.count('ignored')} ignored" if report.count("ignored") else "",
        f"{hidden} below --show" if hidden else "",
    ]
    console.print(Text(f"\n{'; '.join(note for note in notes if note)}; {report.seconds:.1f} s"))
