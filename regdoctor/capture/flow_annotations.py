"""What is written on a flow: a comment, a mark where it is not normal, and flat keys that survive in flow files."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from regdoctor.capture.flow_exchange import Flow
from regdoctor.check import Severity
from regdoctor.foreign_text import clean, spelt_out
from regdoctor.formats.raw_exchange import RawExchange
from regdoctor.formats.recording_notes import PREFIX
from regdoctor.traffic.telling import Told

CALL: Final = f"{PREFIX}call"
"""Its number, who was asked, and what for: `12 registry: start upload`."""
MEANING: Final = f"{PREFIX}meaning"
CHECKS: Final = f"{PREFIX}checks"
"""Names of the checks that fail on it, the gravest first, parted by blanks; absent where none does."""
SESSION: Final = f"{PREFIX}session"
"""The number of the push, pull or login that it belongs to."""
_NOTES: Final = ("request_size", "response_size", "request_digest", "response_digest", "expected_continue")
"""What went by and is not in the flow: formats/recording_notes.py reads it again."""
_MARKS: Final = {
    Severity.CRITICAL: ":red_circle:",
    Severity.ERROR: ":red_circle:",
    Severity.WARNING: ":orange_circle:",
    Severity.INFO: ":information_source:",
}
_NOT_NORMAL: Final = ":yellow_circle:"
_OUR_MARKS: Final = frozenset((*_MARKS.values(), _NOT_NORMAL))


def annotate(flow: Flow, raw: RawExchange, told: Told) -> None:
    """Write it in place of what was told of the flow before (one may be replayed); what somebody else wrote stays."""
    metadata = flow.metadata
    if MEANING in metadata:
        if _is_ours(flow.comment, metadata):
            flow.comment = ""
        if flow.marked in _OUR_MARKS:
            flow.marked = ""
        for key in [key for key in metadata if key.startswith(PREFIX)]:
            del metadata[key]
    metadata.update(_keys(raw, told))
    flow.comment = flow.comment or _comment(told)
    flow.marked = flow.marked or mark(told)


def mark(told: Told) -> str:
    """The name of an emoji as mitmproxy has them; empty for what is normal."""
    if told.findings:
        return _MARKS[max(finding.severity for finding in told.findings)]
    return "" if told.call.normal else _NOT_NORMAL


def line(told: Told) -> str:
    """One line for a terminal."""
    call, exchange = told.call, told.call.exchange
    path = exchange.url.partition("?")[0].partition("://")[2].partition("/")[2]
    status = str(call.status) if call.status is not None else "---"
    seconds = max(0.0, call.recorded.ended - exchange.started)
    sign = " " if call.normal and not told.findings else "!"
    named = " ".join(f"[{name}]" for name in _names(told))
    path = path if path.isprintable() else spelt_out(path)
    head = f"{sign}{call.number:>4} {status} {exchange.method:5} /{_middle(path)}"
    return f"{head}  {seconds:.2f} s  {call.part.value}: {_cleaned(call.meaning)} {named}".rstrip()


@lru_cache(maxsize=512)
def _cleaned(meaning: str) -> str:
    """A call's meaning in one line: there are few, and most calls have one of them."""
    return clean(meaning)


def _middle(path: str) -> str:
    """A path that keeps its beginning and end: digests are long."""
    return path if len(path) <= 80 else f"{path[:55]}…{path[-20:]}"


def _keys(raw: RawExchange, told: Told) -> dict[str, Any]:
    call = told.call
    what = call.kind.value if call.kind else call.exchange.method
    keys: dict[str, Any] = {CALL: f"{call.number} {call.part.value}: {what}", MEANING: _cleaned(call.meaning)}
    if told.findings:
        keys[CHECKS] = " ".join(_names(told))
    if told.session is not None:
        keys[SESSION] = told.session
    noted = {f"{PREFIX}{name}": getattr(raw, name) for name in _NOTES}
    return keys | {name: value for name, value in noted.items() if value not in (None, "", False)}


def _comment(told: Told) -> str:
    found = [f"{finding.check.name}: {clean(finding.fail.message)}" for finding in told.findings]
    return "\n".join([_cleaned(told.call.meaning), *found])


def _is_ours(comment: str, metadata: dict[str, Any]) -> bool:
    """Whether a comment is what `_comment` wrote, with nothing of a person's in it."""
    meaning, *findings = comment.split("\n")
    names = str(metadata.get(CHECKS, "")).split()
    return meaning == metadata[MEANING] and all(one.partition(": ")[0] in names for one in findings)


def _names(told: Told) -> list[str]:
    if not told.findings:
        return []
    gravest_first = sorted(told.findings, key=lambda finding: -finding.severity)
    return list(dict.fromkeys(finding.check.name for finding in gravest_first))
