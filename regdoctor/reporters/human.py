"""For people, in a terminal: the answer first, then its proof and its remedy, then in a line each what is healthy."""

from __future__ import annotations

import io
import itertools
import textwrap
from collections import Counter

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from regdoctor.check import Quote, Remedy, Severity
from regdoctor.not_tried import not_tried, store_not_asked
from regdoctor.report import Report, Row
from regdoctor.reporters import Page, printable

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
        shown = [row for row in report.causes if _severity(report, row) >= page.show]
        console.print(_answer(report, shown))
        if silent := store_not_asked(report):
            console.print(Text(silent, style="yellow"))
        told: set[str] = set()
        pages, brief = _in_full(shown)
        for number, row in enumerate(pages, 1):
            console.print()
            # A check may have found several causes: what it explains is shown under the first of them.
            folded = () if row.check in told else report.explained(row.check)
            told.add(row.check)
            _cause(console, row, folded, f"{number}. " if len(pages) > 1 else "")
        _in_brief(console, brief)
        _without_finding(console, report, full=page.full)
        console.print(Text(f"\n{_counts(report, hidden=len(report.causes) - len(shown))}"))
    return "\n".join(line.rstrip() for line in written.get().splitlines()) + "\n"


_PAGES = 5
"""Findings of one check that are shown in full; what mends those mends the rest."""


def _in_full(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """The causes to show in full, and those of the same checks that a line each is enough for."""
    seen: Counter[str] = Counter()
    pages: list[Row] = []
    brief: list[Row] = []
    for row in rows:
        seen[row.check] += 1
        (pages if seen[row.check] <= _PAGES else brief).append(row)
    return pages, brief


def _in_brief(console: Console, rows: list[Row]) -> None:
    for check in dict.fromkeys(row.check for row in rows):
        same = [row for row in rows if row.check == check]
        console.print(Text(f"\n{len(same)} more of {check}, mended likewise"))
        for row in same:
            line = next((f" ({quote.source}:{quote.line})" for quote in row.evidence if quote.line), "")
            _indented(console, Text(printable(f"- {row.message}{line}")), 2)


def _severity(report: Report, cause: Row) -> Severity:
    """Of a cause with what it explains: hiding a warning must not hide the error that comes of it."""
    return max([cause.severity, *(row.severity for row in report.explained(cause.check))])


def _answer(report: Report, shown: list[Row]) -> Text:
    names = report.named(shown)
    headline = printable(f"{report.headline()}: {names}" if names else report.headline())
    worst = report.worst()
    if worst is not None:
        return Text(f"✗ {headline}", style=_STYLE[worst])
    healthy = report.exhaustive
    return Text(f"{'✓' if healthy else '?'} {headline}", style="green" if healthy else "yellow")


def _cause(console: Console, row: Row, folded: tuple[Row, ...], number: str) -> None:
    console.print(Text(f"{number}{printable(row.message)}", style="bold"))
    facts = Text(row.severity.word, style=_STYLE[row.severity])
    facts.append(" · ".join(["", row.check, *filter(None, [", ".join(row.failure_modes)])]), style="default")
    _indented(console, facts, 2)
    _evidence(console, row.evidence)
    if row.remedy:
        _remedy(console, row.remedy)
    if folded:
        console.print(Text("\n  This explains"))
        for other in folded:
            _indented(console, Text(printable(f"{other.check}: {other.message}")), 4)
    if row.reference:
        console.print(Text(f"\n  Read on: {row.reference}"), soft_wrap=True)


def _evidence(console: Console, evidence: tuple[Quote, ...]) -> None:
    """The quotes, those of one place under one line that names it."""
    if evidence:
        console.print(Text("\n  Evidence"))
    for place, quotes in itertools.groupby(evidence, key=_place):
        several = list(quotes)
        # An exchange's quote begins with its request, which is its source as well: once is enough.
        if all(quote.quote.startswith(quote.source) for quote in several):
            for quote in several:
                _unbroken(console, printable(quote.quote), 4)
            continue
        _indented(console, Text(printable(place), style="cyan"), 4)
        for quote in several:
            _unbroken(console, printable(quote.quote.removeprefix(quote.source).strip()), 6)


def _unbroken(console: Console, text: str, columns: int) -> None:
    """A quote, wrapped between words; one with an address in it never within a word: it is there to be copied."""
    if "://" not in text:
        _indented(console, Text(text), columns)
        return
    width = max(console.width - columns, 20)
    for line in textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False):
        console.print(Text(" " * columns + line), soft_wrap=True)


def _place(quote: Quote) -> str:
    return f"{quote.source}:{quote.line}" if quote.line else quote.source


def _remedy(console: Console, remedy: Remedy) -> None:
    console.print(Text("\n  Remedy"))
    _indented(console, Text(printable(remedy.text)), 4)
    for command in remedy.commands:
        for line in command.splitlines():
            # Never wrapped: what is pasted must be what was meant.
            console.print(Text("      ").append(printable(line), style="green"), soft_wrap=True)


_FEW = 12
"""As many lines of a kind are shown in full; more would push the answer off the screen."""


def _without_finding(console: Console, report: Report, *, full: bool) -> None:
    """What could not be told, what is healthy, and what was not tried; the last two in short unless `full`."""
    unknown, healthy, skipped = (report.of(outcome) for outcome in ("unknown", "pass", "skip"))
    for heading, lines, style in (
        ("Could not tell", [f"? {names}: {reason}" for reason, names in _by_reason(unknown).items()], "yellow"),
        ("Healthy", _healthy(healthy, full=full), ""),
        ("Not tried", [f"- {names}: {reason}" for reason, names in _by_reason(skipped).items()] if full else [], ""),
    ):
        if lines:
            console.print(Text(f"\n{heading}"))
        for line in lines:
            _indented(console, Text(printable(line), style=style), 2)
    if skipped and not full:
        console.print(Text(f"\n{not_tried(report)}"))


def _healthy(rows: tuple[Row, ...], *, full: bool) -> list[str]:
    if full or len(rows) <= _FEW:
        return [f"✓ {row.title}" for row in rows]
    families = Counter(row.family for row in rows)
    return ["✓ " + ", ".join(f"{family} {count}" for family, count in families.items()) + " (--verbose names them)"]


def _by_reason(rows: tuple[Row, ...]) -> dict[str, str]:
    """The names of the checks, joined, by the reason that they share."""
    reasons = dict.fromkeys(row.message for row in rows)
    return {reason: ", ".join(row.check for row in rows if row.message == reason) for reason in reasons}


def _counts(report: Report, hidden: int) -> str:
    causes, words = len(report.causes), [("unknown", "unknown"), ("pass", "healthy"), ("skip", "not tried")]
    found = [f"{causes} cause{'s' if causes != 1 else ''}"]
    if explained := report.count("fail") - causes:
        found.append(f"{explained} explained by {'it' if causes == 1 else 'them'}")
    notes = [", ".join([*found, *(f"{report.count(outcome)} {word}" for outcome, word in words)])]
    if ignored := report.count("ignored"):
        notes.append(f"{ignored} ignored")
    if hidden:
        notes.append(f"{hidden} below --show")
    return "; ".join([*notes, f"{report.seconds:.1f} s"])


def _indented(console: Console, text: Text, columns: int) -> None:
    console.print(Padding(text, (0, 0, 0, columns)))
