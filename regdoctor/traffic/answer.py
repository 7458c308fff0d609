"""The answer that a recording gives, in one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from regdoctor.check import Severity
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.foreign_text import clean
from regdoctor.report import Report, Row
from regdoctor.traffic.sessions import Session, SessionKind, Step

_OF = {
    ApiKind.BLOB_HEAD.value: "of a blob",
    "verify blob": "of a blob",
    ApiKind.BLOB_GET.value: "of a blob",
    ApiKind.MANIFEST_HEAD.value: "of a manifest",
    ApiKind.MANIFEST_GET.value: "of a manifest",
    ApiKind.MANIFEST_PUT.value: "of a manifest",
    "get token": "of a token",
    ApiKind.UNKNOWN.value: "of a path that its API does not have",
}
_PLURALS = {SessionKind.PUSH: "pushes", SessionKind.PULL: "pulls"}
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def sentence_of(report: Report, sessions: Sequence[Session], calls: int, *, is_known: bool) -> str:
    """What failed and at which step; else what was found; else that nothing was. Ends with a full stop.

    is_known: whether anything in the recording was a registry's, its token service's or its bucket's.
    """
    if not is_known:
        return f"No call of a registry is in this recording ({_count(calls, 'call')})."
    faults = [session for session in sessions if session.is_fault]
    if faults:
        # One that nobody can explain says less than one that a check knows.
        session = next((one for one in faults if (step := one.failed_step) and step.finding), faults[0])
        step = session.failed_step
        more = f" {_count(len(faults) - 1, 'session')} more failed." if len(faults) > 1 else ""
        return f"{_what(step)}: {clean(session.name)} failed {_where(step)}.{more}" if step else ""
    said = _summary(sessions, calls)
    if causes := list(dict.fromkeys(row.check for row in wrong_in(report) if row.explained_by is None)):
        more = f", and {len(causes) - 1} more" if len(causes) > 1 else ""
        return f"{said}, and {_count(len(causes), 'cause')} found: {causes[0]}{more}."
    said = f"{said}: nothing found wrong"
    unseen = list(dict.fromkeys(row.resource for row in report.causes))
    if unseen:
        more = f", and to {len(unseen) - 1} more," if len(unseen) > 1 else ""
        said = f"{said}; what went to {clean(unseen[0])}{more} is not recorded"
    absent = [session for session in sessions if session.failed_step]
    if absent and (step := absent[0].failed_step):
        return f"{said}; {clean(absent[0].name)} asked for what is not there."
    return f"{said}."


def wrong_in(report: Report) -> tuple[Row, ...]:
    """The findings that tell of a fault: all but the notes of what the recorder cannot see where it stands."""
    return tuple(
        row
        for row in report.rows
        if row.outcome == "fail" and not (row.family == "capture" and row.severity is Severity.INFO)
    )


def _what(step: Step) -> str:
    """Who refused what, as a sentence begins."""
    who = f"The {step.failed_part.value}" if step.failed_part else "Somebody"
    if step.failed_status is None:
        return f"{who} did not answer {_request(step)}"
    if 400 <= step.failed_status < 500:
        return f"{who} refused {_request(step)} ({step.failed_status})"
    if step.failed_status >= 500:
        return f"{who} failed at {_request(step)} ({step.failed_status})"
    return clean(f"{step.failure[:1].upper()}{step.failure[1:]}" or f"{who} answered {step.failed_status}")


def _request(step: Step) -> str:
    of = _OF.get(step.name)
    return f"{step.failed_method} {of}" if of else f'{step.failed_method} to "{step.name}"'


def _where(step: Step) -> str:
    return "there" if step.name == ApiKind.UNKNOWN.value else f'at "{step.name}"'


def _summary(sessions: Sequence[Session], calls: int) -> str:
    """`12 calls, one push and one pull`."""
    kinds = Counter(session.kind for session in sessions if session.kind is not SessionKind.OTHER)
    words = []
    for kind, number in sorted(kinds.items(), key=lambda item: list(SessionKind).index(item[0])):
        many = str(number) if number >= len(_NUMBERS) else _NUMBERS[number]
        words.append(f"{many} {kind.value if number == 1 else _PLURALS.get(kind, f'{kind.value}s')}")
    head, last = words[:-1], words[-1:]
    listed = " and ".join(filter(None, [", ".join(head), *last]))
    return ", ".join(filter(None, [_count(calls, "call"), listed]))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
