"""The diagnosis for people: the answer, its causes with proof and remedy, the sessions, what is fine or unseen."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterable, Iterator

from regdoctor.check import Severity
from regdoctor.foreign_text import clean, spelt_out
from regdoctor.report import Row
from regdoctor.traffic.diagnosis import Diagnosis
from regdoctor.traffic.sessions import Session, SessionKind, State, Step

_MOST_SESSIONS = 20
"""Sessions that are shown; those that failed come first."""
_MOST_FINDINGS = 5
"""Findings of one check that are shown in full."""
_MARK = {State.OK: "ok", State.FAILED: "FAILED", State.NOT_SEEN: "not seen"}


def render_text(diagnosis: Diagnosis, width: int, show: Severity = Severity.INFO) -> str:
    """At most `width` columns but for what is to be pasted; the first line begins with the answer.

    show: findings below this severity are left out.
    """
    page = [*_wrapped(diagnosis.sentence, width)]
    for row in _shown(diagnosis, show):
        page += ["", *_cause(diagnosis, row, width)]
    for heading, lines in (
        ("Sessions", _sessions(diagnosis.sessions, width)),
        ("Fine", _items(diagnosis.fine, width)),
        ("Cannot be seen here", _items(diagnosis.blind, width)),
        ("Could not be read", _items((f"{bad.where}: {bad.why}" for bad in diagnosis.unread[:10]), width)),
    ):
        if written := list(lines):
            page += ["", heading, *written]
    if (more := len(diagnosis.unread) - 10) > 0:
        page.append(f"  and {more} more")
    return "\n".join(page) + "\n"


def _shown(diagnosis: Diagnosis, show: Severity) -> Iterator[Row]:
    """The causes, of one check no more than a person reads; one that explains something grave is shown with it."""
    told: dict[str, int] = {}
    for row in diagnosis.report.causes:
        told[row.check] = told.get(row.check, 0) + 1
        worst = max([row.severity, *(other.severity for other in diagnosis.report.explained(row.check))])
        if worst >= show and told[row.check] <= _MOST_FINDINGS:
            yield row


def _cause(diagnosis: Diagnosis, row: Row, width: int) -> Iterator[str]:
    yield from _wrapped(spelt_out(row.message), width)
    facts = [row.severity.word, row.check, ", ".join(row.failure_modes), _where_seen(diagnosis, row)]
    yield from _wrapped(" · ".join(filter(None, facts)), width, 2)
    if row.evidence:
        yield "  Evidence"
    for quote in row.evidence:
        place = f"{quote.source}:{quote.line}" if quote.line else quote.source
        shown = quote.quote if quote.quote.startswith(quote.source) else f"{place}: {quote.quote}"
        yield from _wrapped(spelt_out(shown), width, 4)
    if row.remedy:
        yield "  Remedy"
        yield from _wrapped(spelt_out(row.remedy.text), width, 4)
        for command in row.remedy.commands:
            # Never wrapped: what is pasted must be what was meant.
            yield from (f"      {spelt_out(line)}" for line in command.splitlines())
    if folded := diagnosis.report.explained(row.check):
        yield "  This explains"
        for other in folded:
            yield from _wrapped(spelt_out(f"{other.check}: {other.message}"), width, 4)


def _where_seen(diagnosis: Diagnosis, row: Row) -> str:
    seen = next((one for one in diagnosis.sightings if (one.check, one.resource) == (row.check, row.resource)), None)
    if seen is None or not seen.calls:
        return ""
    numbers = ", ".join(str(number) for number in seen.calls[:5])
    return f"call{'s' if seen.count > 1 else ''} {numbers}" + (f" and {seen.count - 5} more" if seen.count > 5 else "")


def _sessions(sessions: Iterable[Session], width: int) -> Iterator[str]:
    told = [session for session in sessions if session.kind is not SessionKind.OTHER or session.failed_step]
    told.sort(key=lambda session: session.state is not State.FAILED)
    for session in told[:_MOST_SESSIONS]:
        facts = [
            clean(session.name.removeprefix("the ")),
            _MARK[session.state],
            f"{session.calls} call{'' if session.calls == 1 else 's'}",
        ]
        facts += [f"{session.ended - session.started:.1f} s", f"by {clean(session.client)}" if session.client else ""]
        facts += [_retries(session.retries)]
        yield from _wrapped(" · ".join(filter(None, facts)), width, 2)
        for _, steps in itertools.groupby(_by_name(session.steps), key=lambda step: (step.name, step.state)):
            yield from _steps(list(steps), width)
    if (more := len(told) - _MOST_SESSIONS) > 0:
        yield f"  and {more} more sessions"


def _by_name(steps: list[Step]) -> list[Step]:
    """Those of one name beside each other, in the order in which the names first came."""
    order = {name: place for place, name in enumerate(dict.fromkeys(step.name for step in steps))}
    return sorted(steps, key=lambda step: (order[step.name], step.state is State.FAILED))


def _steps(steps: list[Step], width: int) -> Iterator[str]:
    first = steps[0]
    many = f" ×{len(steps)}" if len(steps) > 1 else ""
    retries = sum(step.retries for step in steps)
    again = f", {_retries(retries)}" if retries else ""
    busy = sum(step.busy for step in steps)
    yield from _wrapped(f"{_MARK[first.state]:8}  {first.name}{many}, {busy:.2f} s{again}", width, 4)
    if first.state is State.FAILED:
        for step in steps[:3]:
            finding = f" (regdoctor explain {step.finding})" if step.finding else ""
            yield from _wrapped(f"call {step.failed_call}: {clean(step.failure)}{finding}", width, 14)


def _retries(number: int) -> str:
    return f"{number} {'retry' if number == 1 else 'retries'}" if number else ""


def _items(lines: Iterable[str], width: int) -> Iterator[str]:
    for line in lines:
        yield from _wrapped(f"- {clean(line)}", width, 2)


def _wrapped(text: str, width: int, indent: int = 0) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=" " * indent,
        subsequent_indent=" " * indent,
        break_on_hyphens=False,
    )
