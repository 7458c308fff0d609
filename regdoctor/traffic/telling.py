"""Tells a recording: call by call what each means and what is wrong, and at its end the diagnosis."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from regdoctor import catalogue
from regdoctor.causes import Finding, explanations
from regdoctor.check import Dialect, Fail, Severity
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.recorded import Recorded
from regdoctor.evidence.story import Story
from regdoctor.examination import Examination, Judged
from regdoctor.formats.raw_exchange import BadRecord
from regdoctor.redaction import redact
from regdoctor.report import Report, build
from regdoctor.sign import EndSign, Seen, Sign
from regdoctor.suppressions import Suppression
from regdoctor.target import Target
from regdoctor.traffic.answer import sentence_of, wrong_in
from regdoctor.traffic.diagnosis import Diagnosis, Result, Sighting
from regdoctor.traffic.recognition import recognise
from regdoctor.traffic.session_grouping import SessionGrouping
from regdoctor.traffic.sessions import Session, State
from regdoctor.traffic.story_growth import grow
from regdoctor.traffic.tallies import Tallies

_MOST_RESOURCES = 200
"""Things of which one check's findings are listed one by one."""
_MOST_CALLS = 100
_MOST_UNREAD = 1_000


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one call, at once."""

    call: Call
    findings: tuple[Finding, ...]
    session: int | None
    """The number of the session that it belongs to; None where it belongs to none. The session's kind and name may
    still change with what follows."""


@dataclass(slots=True)
class _Group:
    """The findings of one check about one thing."""

    first: Finding
    count: int = 0
    calls: list[int] = field(default_factory=list)


class Telling:
    """One recording; it is told in the order in which its exchanges ended."""

    def __init__(self, story: Story | None = None, dialect: Dialect = Dialect.PLAIN) -> None:
        """story: one that knows already where the recorder stands (capture_origin); dialect: of the remedies."""
        self.story = story or Story()
        self._dialect = dialect
        self._grouping = SessionGrouping()
        self._tallies = Tallies()
        self._groups: dict[tuple[str, str], _Group] = {}
        self._unlisted = 0
        self._number = 0
        self._started, self._ended = 0.0, 0.0
        self._signs = [one for one in catalogue.signs() if isinstance(one, Sign)]
        self._end_signs = [one for one in catalogue.signs() if isinstance(one, EndSign)]
        self._about: dict[tuple[Part, ApiKind | None, int | None], tuple[Sign, ...]] = {}
        """The signs that calls of one part and kind with one status can show."""
        self._bugs: dict[str, str] = {}

    @property
    def sessions(self) -> tuple[Session, ...]:
        """Those that were seen up to now."""
        return tuple(self._grouping.sessions)

    def take(self, recorded: Recorded) -> Told:
        """Tell one exchange; raises nothing, whatever it holds."""
        self._number += 1
        if recorded.capture_origin:
            self.story.capture_origin = recorded.capture_origin
            self.story.upstream_origin = recorded.upstream_origin
        call = recognise(recorded, self._number, self.story)
        grow(self.story, call)
        findings = self._seen(call)
        for finding in findings:
            self._count(self._groups, finding, call.number)
        session = self._grouping.take(call, findings, self.story)
        self._tallies.take(call, self.story)
        began = recorded.exchange.started or recorded.ended
        self._started = min(self._started, began) if self._started else began
        self._ended = max(self._ended, recorded.ended)
        return Told(call, findings, session.number if session else None)

    def end(self, unread: Iterable[BadRecord] = (), accepted: Iterable[Suppression] = ()) -> Diagnosis:
        """The diagnosis of all that was taken; more may be taken afterwards, and told again.

        unread: what of the recording could not be read; accepted: findings that do not count.
        """
        groups = {key: _Group(group.first, group.count, group.calls) for key, group in self._groups.items()}
        for finding in self._seen_at_end():
            self._count(groups, finding, None)
        report = self._report(groups, accepted)
        _explain(self._grouping.sessions, [group.first for group in groups.values()])
        blind = [*self._tallies.blind(self.story)]
        if self._unlisted:
            blind.append(f"{self._unlisted} further findings of checks that found more than {_MOST_RESOURCES}")
        sessions = self.sessions
        known = sum(self.story.counts.get(part.value, 0) for part in (Part.REGISTRY, Part.TOKEN_SERVICE, Part.STORE))
        wrong = wrong_in(report) or any(session.is_fault for session in sessions)
        result = Result.FINDINGS if wrong else Result.HEALTHY if known else Result.NOTHING
        return Diagnosis(
            sentence=sentence_of(report, sessions, self._number, is_known=bool(known)),
            result=result,
            calls=self._number,
            parts=dict(self.story.counts),
            started=self._started,
            seconds=max(0.0, self._ended - self._started),
            sessions=sessions,
            report=report,
            sightings=tuple(
                Sighting(name, redact(resource), group.count, tuple(group.calls))
                for (name, resource), group in groups.items()
            ),
            fine=tuple(self._tallies.fine()),
            blind=tuple(blind),
            unread=tuple(unread)[:_MOST_UNREAD],
            bugs=tuple(self._bugs.values()),
        )

    def _seen(self, call: Call) -> tuple[Finding, ...]:
        about = (call.part, call.kind, call.status)
        signs = self._about.get(about)
        if signs is None:
            signs = self._about[about] = tuple(one for one in self._signs if one.is_about(*about))
        findings: list[Finding] = []
        for one in signs:
            try:
                seen = one.judge(call, self.story)
                if seen is not None:
                    findings += [Finding(one.check, fail) for fail in _fails(seen)]
            except Exception:  # one broken sign must not take the others along, nor the traffic that is being recorded
                self._broke(one)
        return tuple(findings)

    def _seen_at_end(self) -> Iterator[Finding]:
        for one in self._end_signs:
            try:
                yield from [Finding(one.check, fail) for fail in _fails(one.judge(self.story))]
            except Exception:  # as above
                self._broke(one)

    def _broke(self, one: Sign | EndSign) -> None:
        self._bugs.setdefault(one.check.name, redact(traceback.format_exc()))

    def _count(self, groups: dict[tuple[str, str], _Group], finding: Finding, number: int | None) -> None:
        name = finding.check.name
        key = (name, finding.fail.resource)
        group = groups.get(key)
        if group is None:
            if sum(listed == name for listed, _ in groups) >= _MOST_RESOURCES:
                self._unlisted += 1
                return
            group = groups[key] = _Group(finding)
        elif finding.severity > group.first.severity:
            group.first = finding
        group.count += 1
        if number is not None and len(group.calls) < _MOST_CALLS:
            group.calls.append(number)

    def _report(self, groups: dict[tuple[str, str], _Group], accepted: Iterable[Suppression]) -> Report:
        judged = tuple(Judged(group.first.check, group.first.fail, 0.0) for group in groups.values())
        examination = Examination(Target(), (), judged, self._started, max(0.0, self._ended - self._started))
        return build(examination, {}, self._dialect, accepted)


def _fails(seen: Seen) -> Iterable[Fail]:
    if seen is None:
        return ()
    return (seen,) if isinstance(seen, Fail) else seen


def _explain(sessions: Iterable[Session], findings: list[Finding]) -> None:
    """Say of each step that failed which check knows more: that of its own call, else a grave one of its session."""
    causes = explanations(findings)
    for session in sessions:
        for step in session.steps:
            if step.state is State.FAILED:
                name = step.finding or _gravest(session)
                step.finding = causes.get(name, name)


def _gravest(session: Session) -> str:
    name = max(session.findings, key=lambda one: session.findings[one], default="")
    return name if name and session.findings[name] >= Severity.ERROR else ""
