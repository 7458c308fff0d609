"""What of a long recording its page shows: whatever failed, and beside it as much as a browser opens at once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from regdoctor.evidence.call import Call
from regdoctor.traffic.diagnosis import Diagnosis
from regdoctor.traffic.page_sections import MOST_LINKED
from regdoctor.traffic.sessions import Session, State

MOST_CALLS = 25_000
"""Calls on a page: ten megabytes, which can be attached to an issue; Chromium opens them with a second of work."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the page shows."""

    sessions: tuple[Session, ...]
    """In their order."""
    calls: Sequence[Call]
    """In their order."""
    left_out: str = ""
    """What is not shown, in sentences; empty where all is."""


def chosen(diagnosis: Diagnosis, calls: Sequence[Call], most: int = MOST_CALLS) -> Choice:
    """All calls, or of more than `most` those of the sessions that failed, however many, and those beside them in time.

    calls: all that the diagnosis was made of, in their order. A step's calls are those whose numbers it keeps. What
    findings name is kept as well; calls of no session come last, those that went wrong first.
    """
    if len(calls) <= most:
        return Choice(diagnosis.sessions, calls)
    named = {number for seen in diagnosis.sightings for number in seen.calls[:MOST_LINKED]}
    failed = [session for session in diagnosis.sessions if session.state is State.FAILED]
    kept = named.union(*(_numbers(session) for session in failed))
    shown = {session.number for session in failed}
    for session in _by_nearness(diagnosis.sessions, failed, named):
        if len(kept) >= most:
            break
        shown.add(session.number)
        _fill(kept, _numbers(session), most)
    if len(kept) < most:
        placed = {number for session in diagnosis.sessions for number in _numbers(session)}
        others = [call for call in calls if call.number not in placed]
        _fill(kept, (call.number for call in sorted(others, key=lambda call: call.normal)), most)
    sessions = tuple(session for session in diagnosis.sessions if session.number in shown)
    kept_calls = [call for call in calls if call.number in kept]
    missing = len(diagnosis.sessions) - len(sessions)
    return Choice(sessions, kept_calls, _left_out(len(calls), len(kept_calls), missing, has_failed=bool(failed)))


def _numbers(session: Session) -> Iterator[int]:
    return (number for step in session.steps for number in step.calls)


def _fill(kept: set[int], numbers: Iterable[int], most: int) -> None:
    """Add what there is room for."""
    for number in numbers:
        if len(kept) >= most:
            return
        kept.add(number)


def _by_nearness(sessions: Iterable[Session], failed: Iterable[Session], named: set[int]) -> list[Session]:
    """Those that did not fail: first what findings name, then in the order of their distance from a failure.

    What went well just before is what a failure is compared with. Without a failure, as they came.
    """
    moments = sorted(session.started for session in failed)

    def distance(session: Session) -> float:
        after = bisect_left(moments, session.started)
        return min((abs(session.started - moment) for moment in moments[max(0, after - 1) : after + 1]), default=0.0)

    others = [session for session in sessions if session.state is not State.FAILED]
    return sorted(others, key=lambda session: (named.isdisjoint(_numbers(session)), distance(session)))


def _left_out(calls: int, kept: int, sessions: int, *, has_failed: bool) -> str:
    """Empty where nothing is: sessions that failed may themselves be all."""
    if kept == calls:
        return ""
    whole = f" and {sessions:,} session{'' if sessions == 1 else 's'} that did not fail" if sessions else ""
    failed = " Every session that failed is here." if has_failed else ""
    return (
        f"The recording is too long for one page: {kept:,} of its {calls:,} calls are shown."
        f" Left out are {calls - kept:,} calls{whole}.{failed} The answer above is that of the whole recording."
    )
