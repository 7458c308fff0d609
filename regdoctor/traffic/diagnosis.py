"""What a recording told as a whole, in plain words, and as JSON version 1 (capture-1.schema.json beside this file)."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import regdoctor
from regdoctor.check import Severity
from regdoctor.distribution.timestamps import timestamp
from regdoctor.foreign_text import clean, short
from regdoctor.formats.raw_exchange import BadRecord
from regdoctor.report import Report
from regdoctor.traffic.sessions import Session, Step

_MOST_CALLS = 100
"""Numbers of calls that the JSON names of a step or a finding; their count is told besides."""


class Result(enum.StrEnum):
    """What came of it."""

    HEALTHY = "healthy"
    FINDINGS = "findings"
    NOTHING = "nothing"
    """No call of a registry in it."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """How often one check failed about one thing."""

    check: str
    resource: str
    """Redacted, as the report's row has it."""
    count: int
    calls: tuple[int, ...]
    """The numbers of the first hundred calls that showed it; none where the recording as a whole does."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All that is shown of a recording; no secret is in it."""

    sentence: str
    """The answer, with its full stop."""
    result: Result
    calls: int
    parts: Mapping[str, int]
    """Calls by the part that was asked, by its name for people."""
    started: float
    """Seconds since the epoch by the recorder's clock; 0 where nothing was recorded."""
    seconds: float
    sessions: tuple[Session, ...]
    report: Report
    """The findings as rows, causes first: of each check and resource the first case."""
    sightings: tuple[Sighting, ...]
    fine: tuple[str, ...]
    """What the recording shows to be all right."""
    blind: tuple[str, ...]
    """What cannot be seen in it."""
    unread: tuple[BadRecord, ...]
    bugs: tuple[str, ...] = ()
    """Redacted tracebacks of signs that broke."""

    def worst(self) -> Severity | None:
        """The highest severity among findings; a session that failed for whatever reason counts as an error."""
        found = [self.report.worst(), Severity.ERROR if any(one.is_fault for one in self.sessions) else None]
        return max((one for one in found if one is not None), default=None)


def render_json(diagnosis: Diagnosis) -> str:
    """One document, one session and one row on a line, ending in a newline: a recording may have thousands of them."""
    return "".join(_lines(diagnosis))


def _lines(diagnosis: Diagnosis) -> Iterator[str]:
    before = "{"
    for name, value in _members(diagnosis):
        yield f"{before}\n  {_compact(name)}: "
        yield from _listed(value) if name in _LONG else (_compact(value),)
        before = ","
    yield "\n}\n"


_LONG = ("sessions", "outcomes", "sightings", "unread")


def _listed(values: Iterable[Any]) -> Iterator[str]:
    before = "["
    for value in values:
        yield f"{before}\n    {_compact(value)}"
        before = ","
    yield "[]" if before == "[" else "\n  ]"


def _compact(value: Any) -> str:
    # Without an indent Python writes JSON ten times as fast.
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def document(diagnosis: Diagnosis) -> dict[str, Any]:
    """The diagnosis as JSON version 1; every text in it is redacted and one line."""
    return {name: list(value) if isinstance(value, Iterator) else value for name, value in _members(diagnosis)}


def _members(diagnosis: Diagnosis) -> Iterator[tuple[str, Any]]:
    """The document's members in their order; those that may be long are iterators."""
    yield "schema", "regdoctor.capture/1"
    yield "regdoctor", regdoctor.__version__
    yield "started", timestamp(diagnosis.started) if diagnosis.started else None
    yield "duration_ms", round(diagnosis.seconds * 1000)
    yield "sentence", diagnosis.sentence
    yield "result", diagnosis.result.value
    yield (
        "summary",
        {
            "calls": diagnosis.calls,
            "sessions": len(diagnosis.sessions),
            "findings": diagnosis.report.count("fail"),
            "causes": len(diagnosis.report.causes),
            "unread": len(diagnosis.unread),
        },
    )
    yield "calls", dict(diagnosis.parts)
    yield "sessions", map(_session, diagnosis.sessions)
    yield "outcomes", diagnosis.report.document()["outcomes"]
    sightings = diagnosis.sightings
    yield (
        "sightings",
        [
            {"check": one.check, "resource": one.resource, "count": one.count, "calls": list(one.calls)}
            for one in sightings
        ],
    )
    yield "fine", list(diagnosis.fine)
    yield "blind", list(diagnosis.blind)
    yield "unread", [{"where": clean(bad.where), "why": clean(bad.why)} for bad in diagnosis.unread]


def _session(session: Session) -> dict[str, Any]:
    return {
        "number": session.number,
        "kind": session.kind.value,
        "name": clean(session.name),
        "state": session.state.value.replace(" ", "_"),
        "client": short(session.client),
        "registry": short(session.registry),
        "repository": clean(session.repository),
        "reference": clean(session.reference),
        "started": session.started,
        "duration_ms": _milliseconds(session.started, session.ended),
        "calls": session.calls,
        "retries": session.retries,
        "steps": [_step(step) for step in session.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    failed = step.failed_call is not None
    return {
        "name": step.name,
        "subject": clean(step.subject),
        "state": step.state.value.replace(" ", "_"),
        "started": step.started,
        "duration_ms": _milliseconds(step.started, step.ended),
        "busy_ms": round(step.busy * 1000),
        "count": step.count,
        "calls": step.calls[:_MOST_CALLS],
        "retries": step.retries,
        "failed_call": step.failed_call,
        "failure": clean(step.failure) if failed else None,
        "finding": step.finding or None,
    }


def _milliseconds(started: float, ended: float) -> int:
    return max(0, round((ended - started) * 1000))
