"""The parts of a recording's page that are readable without a script: findings, sessions, what is fine or unseen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from regdoctor.check import Severity
from regdoctor.foreign_text import clean, spelt_out
from regdoctor.report import Row
from regdoctor.traffic.diagnosis import Diagnosis
from regdoctor.traffic.sessions import Session, State, Step

_MOST_SESSIONS = 30
_MOST_STEPS = 40
_MOST_OF_A_CHECK = 5
"""Findings of one check that are shown."""
MOST_LINKED = 8
"""Calls that a finding leads to."""
_SIGNS = {Severity.INFO: "i", Severity.WARNING: "!", Severity.ERROR: "✗", Severity.CRITICAL: "✗"}
_MARKS = {State.OK: "✓ ok", State.FAILED: "✗ failed", State.NOT_SEEN: "? end not seen"}


def findings_html(diagnosis: Diagnosis) -> str:
    """Each cause with its proof, its remedy and what it explains."""
    return "".join(_findings(diagnosis))


def _findings(diagnosis: Diagnosis) -> Iterator[str]:
    told: dict[str, int] = {}
    for row in diagnosis.report.causes:
        told[row.check] = told.get(row.check, 0) + 1
        if told[row.check] <= _MOST_OF_A_CHECK:
            yield _finding(diagnosis, row, is_first=told[row.check] == 1)
    for name, count in told.items():
        if count > _MOST_OF_A_CHECK:
            yield f'<p class="more">{count - _MOST_OF_A_CHECK:,} more of {_text(name)}</p>'


def _finding(diagnosis: Diagnosis, row: Row, *, is_first: bool) -> str:
    modes = "".join(f" · {_text(mode)}" for mode in row.failure_modes)
    anchor = f' id="finding-{_text(row.check)}"' if is_first else ""
    parts = [
        f'<article class="finding {row.severity.word}"{anchor}><h2>{_text(row.message)}</h2>',
        f'<p class="facts"><b class="severity"><i aria-hidden="true">{_SIGNS[row.severity]}</i> {row.severity.word}</b>'
        f" · <code>{_text(row.check)}</code>{modes}{_where(diagnosis, row)}</p>",
    ]
    if row.remedy:
        parts.append(f'<div class="remedy"><h3>Remedy</h3><p>{_text(row.remedy.text)}</p>')
        parts += [f"<pre>{_lines(command)}</pre>" for command in row.remedy.commands]
        parts.append("</div>")
    if row.evidence:
        parts.append("<h3>Evidence</h3><ul class=evidence>")
        parts += [f"<li><code>{_quote(quote.source, quote.line, quote.quote)}</code></li>" for quote in row.evidence]
        parts.append("</ul>")
    if folded := diagnosis.report.explained(row.check):
        parts.append("<h3>This explains</h3><ul>")
        parts += [f"<li><code>{_text(other.check)}</code>: {_text(other.message)}</li>" for other in folded[:20]]
        parts.append("</ul>")
    return "".join((*parts, "</article>"))


def _where(diagnosis: Diagnosis, row: Row) -> str:
    seen = next((one for one in diagnosis.sightings if (one.check, one.resource) == (row.check, row.resource)), None)
    if seen is None or not seen.calls:
        return ""
    links = ", ".join(f'<a href="#call-{number}">{number}</a>' for number in seen.calls[:MOST_LINKED])
    more = f" and {seen.count - MOST_LINKED:,} more" if seen.count > MOST_LINKED else ""
    return f" · seen in call{'' if seen.count == 1 else 's'} {links}{more}"


def _quote(source: str, line: int | None, quote: str) -> str:
    return _text(quote if quote.startswith(source) else f"{source}{f':{line}' if line else ''}: {quote}")


def sessions_html(sessions: Iterable[Session]) -> str:
    """The sessions and their steps as lists, those that failed first: the script puts its waterfall in their place."""
    chosen = sorted(sessions, key=lambda session: session.state is not State.FAILED)
    parts = [_session(session) for session in chosen[:_MOST_SESSIONS]]
    if (more := len(chosen) - _MOST_SESSIONS) > 0:
        parts.append(f'<p class="more">{more:,} more sessions</p>')
    return "".join(parts) or "<p>No session of a registry's client.</p>"


def _session(session: Session) -> str:
    steps = session.steps
    kept = [step for step in steps if step.state is State.FAILED][:_MOST_STEPS]
    room = _MOST_STEPS - len(kept)
    shown = [step for step in steps if step.state is not State.FAILED][:room] + kept
    more = len(steps) - len(shown)
    calls = f"{session.calls:,} call{'' if session.calls == 1 else 's'}"
    return (
        f"<section class=plain><h3>{_text(session.name.removeprefix('the '))} <small>{_MARKS[session.state]} · "
        f"{calls} · {session.ended - session.started:.2f} s</small></h3>"
        f"<ol>{''.join(_step(step) for step in sorted(shown, key=lambda step: step.started))}</ol>"
        f"{f'<p class=more>{more:,} more steps</p>' if more else ''}</section>"
    )


def _step(step: Step) -> str:
    about = f" <code>{_text(step.subject)}</code>" if step.subject else ""
    failed = anchor = ""
    if step.state is State.FAILED:
        anchor = f' id="call-{step.failed_call}"'
        finding = f" (<code>regdoctor explain {_text(step.finding)}</code>)" if step.finding else ""
        failed = f"<br>call {step.failed_call}: {_text(step.failure)}{finding}"
    return (
        f'<li class="{step.state.name.lower()}"{anchor}>{_MARKS[step.state]} · {_text(step.name)}{about}{failed}</li>'
    )


def left_out_html(sentence: str) -> str:
    """That the page is shortened, and by what; nothing where it is whole."""
    return f'<p class="shortened">{_text(sentence)}</p>' if sentence else ""


def notes_html(diagnosis: Diagnosis) -> str:
    """What is fine, what cannot be seen, and what could not be read."""
    unread = [f"{bad.where}: {bad.why}" for bad in diagnosis.unread[:20]]
    if (more := len(diagnosis.unread) - 20) > 0:
        unread.append(f"and {more:,} more")
    return "".join(
        f"<section><h2>{heading}</h2><ul>{''.join(f'<li>{_text(line)}</li>' for line in lines)}</ul></section>"
        for heading, lines in (
            ("Fine", diagnosis.fine),
            ("Cannot be seen here", diagnosis.blind),
            ("Could not be read", unread),
        )
        if lines
    )


def _text(text: str) -> str:
    """Somebody's text for HTML: redacted, in one line, no marks that turn the direction of writing, cut."""
    return escape(clean(text, 2_000))


def _lines(command: str) -> str:
    """A command whole and with its lines: what is pasted must be what was meant."""
    return escape("\n".join(spelt_out(line) for line in command.splitlines()))
