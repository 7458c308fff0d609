"""The report of an examination: plain rows, already redacted, that every reporter writes in its own way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import regdoctor
from regdoctor.causes import Finding, explanations, ordered
from regdoctor.check import Check, Dialect, Fail, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown
from regdoctor.distribution.timestamps import timestamp
from regdoctor.examination import Examination, Judged
from regdoctor.redaction import redact, redact_tree
from regdoctor.suppressions import Suppression


@dataclass(frozen=True, slots=True)
class Row:
    """One outcome, as it is reported."""

    check: str
    family: str
    outcome: str
    """`pass`, `fail`, `skip`, `unknown` or `ignored` (a failure that was accepted)."""
    severity: Severity
    title: str
    message: str
    failure_modes: tuple[str, ...]
    resource: str
    explained_by: str | None
    """The check whose finding brings this one about."""
    evidence: tuple[Quote, ...]
    remedy: Remedy | None
    reference: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Report:
    """All that a reporter may know."""

    started: float
    """Epoch seconds by the local clock."""
    seconds: float
    target: Mapping[str, Any]
    dialect: Dialect
    rows: tuple[Row, ...]
    """Causes first, then what they explain (`explained_by`), then what did not fail, in catalogue order."""

    def count(self, outcome: str) -> int:
        """How many rows have this outcome."""
        return len(self.of(outcome))

    def of(self, outcome: str) -> tuple[Row, ...]:
        """The rows with this outcome."""
        return tuple(row for row in self.rows if row.outcome == outcome)

    @property
    def exhaustive(self) -> bool:
        """Whether something was examined and nothing is left open: what a clean bill of health takes."""
        return bool(self.count("pass") or self.count("ignored")) and not self.count("unknown")

    @property
    def causes(self) -> tuple[Row, ...]:
        """The failures that nothing else explains, the most serious first."""
        return tuple(row for row in self.rows if row.outcome == "fail" and row.explained_by is None)

    def explained(self, cause: str) -> tuple[Row, ...]:
        """The failures folded under a cause."""
        return tuple(row for row in self.rows if row.outcome == "fail" and row.explained_by == cause)

    def headline(self) -> str:
        """What was found, in one sentence without a full stop; that all is well, of whose login this holds."""
        where = self._where()
        if causes := len(self.causes):
            return f"{where}: {causes} cause{'s' if causes > 1 else ''} found"
        well = ", ".join(["nothing found wrong", *filter(None, [self.target.get("login")])])
        if self.count("unknown"):
            return f"{where}: {well}, but not everything could be told"
        return f"{where}: {well if self.exhaustive else 'nothing could be examined'}"

    def named(self, rows: Iterable[Row]) -> str:
        """The checks of these causes, one that found several with their number; and how many causes these are not."""
        counts = Counter(row.check for row in rows)
        names = [name if count == 1 else f"{name} ({count})" for name, count in counts.items()]
        rest = len(self.causes) - counts.total()
        return ", ".join(names) + (f" and {rest} more" if names and rest else "")

    def _where(self) -> str:
        """What was examined, in a word or two."""
        if nodes := self.target.get("nodes"):
            return f"{nodes[0]} and {len(nodes) - 1} more"
        files = self.target.get("files") or ("the registry",)
        named = files[0] if len(files) == 1 else f"{len(files)} files"
        return str(self.target.get("registry") or self.target.get("root") or named)

    def worst(self) -> Severity | None:
        """The highest severity among the failures; None where nothing failed."""
        return max((row.severity for row in self.rows if row.outcome == "fail"), default=None)

    def document(self) -> dict[str, Any]:
        """The report as JSON version 1 (reporters/report-1.schema.json)."""
        return {
            "schema": "regdoctor.report/1",
            "regdoctor": regdoctor.__version__,
            "started": timestamp(self.started),
            "duration_ms": round(self.seconds * 1000),
            "target": dict(self.target),
            "summary": {kind: self.count(kind) for kind in ("pass", "fail", "skip", "unknown", "ignored")}
            | {"causes": len(self.causes)},
            "outcomes": [_row_document(row, self.dialect) for row in self.rows],
        }


def build(
    examination: Examination,
    target: Mapping[str, Any],
    dialect: Dialect,
    suppressions: Iterable[Suppression] = (),
) -> Report:
    """Make the report; from here on there is no secret left in it."""
    accepted = tuple(suppressions)
    findings: list[Finding] = []
    rest: list[Judged] = []
    ignored = _ignored_causes(examination, accepted)
    for judged in examination.judged:
        match judged.outcome:
            case Fail() as fail if judged.check.name not in ignored and not _covered(judged.check, fail, accepted):
                findings.append(Finding(judged.check, fail))
            case _:
                rest.append(judged)
    seconds = {judged.check.name: judged.seconds for judged in examination.judged}
    explained = explanations(findings)
    rows = [
        _failed(finding, explained.get(finding.check.name), seconds[finding.check.name], dialect)
        for finding in ordered(findings)
    ]
    rows += [_other(judged, dialect) for judged in rest]
    described = {name: redact_tree(value) for name, value in target.items()} | {"dialect": dialect.value}
    return Report(examination.started, examination.seconds, described, dialect, tuple(rows))


def _covered(item: Check, fail: Fail, accepted: tuple[Suppression, ...]) -> bool:
    return any(suppression.covers(item, fail) for suppression in accepted)


def _ignored_causes(examination: Examination, accepted: tuple[Suppression, ...]) -> set[str]:
    """The checks whose findings come of one that was accepted: who accepts a cause accepts what it explains."""
    failed = [Finding(one.check, one.outcome) for one in examination.judged if isinstance(one.outcome, Fail)]
    causes = {finding.check.name for finding in failed if _covered(finding.check, finding.fail, accepted)}
    return {name for name, cause in explanations(failed).items() if cause in causes}


def _failed(finding: Finding, cause: str | None, seconds: float, dialect: Dialect, outcome: str = "fail") -> Row:
    fail, item = finding.fail, finding.check
    return Row(
        check=item.name,
        family=item.family,
        outcome=outcome,
        severity=finding.severity,
        title=item.title,
        message=_cut(redact(fail.message)),
        failure_modes=item.failure_modes if fail.failure_modes is None else fail.failure_modes,
        resource=redact(fail.resource),
        explained_by=cause,
        evidence=tuple(Quote(redact(quote.source), _cut(redact(quote.quote)), quote.line) for quote in fail.evidence),
        remedy=_remedy(fail.remedy, dialect),
        reference=item.reference,
        seconds=seconds,
    )


_LONGEST = 600
"""Characters of a message or a quote: a file may hold a value of a megabyte."""


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _other(judged: Judged, dialect: Dialect) -> Row:
    match judged.outcome:
        case Fail() as fail:
            return _failed(Finding(judged.check, fail), None, judged.seconds, dialect, "ignored")
        case Pass(message=message):
            outcome = "pass"
        case Skip(reason=message):
            outcome = "skip"
        case Unknown(reason=message):
            outcome = "unknown"
    item = judged.check
    return Row(
        check=item.name,
        family=item.family,
        outcome=outcome,
        severity=item.severity,
        title=item.title,
        message=_cut(redact(message)),
        failure_modes=item.failure_modes,
        resource="",
        explained_by=None,
        evidence=(),
        remedy=None,
        reference=item.reference,
        seconds=judged.seconds,
    )


def _remedy(remedies: Remedies, dialect: Dialect) -> Remedy:
    remedy = remedies.get(dialect) or remedies[Dialect.PLAIN]
    return Remedy(redact(remedy.text), tuple(redact(command) for command in remedy.commands))


def _row_document(row: Row, dialect: Dialect) -> dict[str, Any]:
    return {
        "check": row.check,
        "family": row.family,
        "outcome": row.outcome,
        "severity": row.severity.word,
        "title": row.title,
        "message": row.message,
        "failure_modes": list(row.failure_modes),
        "resource": row.resource,
        "explained_by": row.explained_by,
        "evidence": [{"source": quote.source, "line": quote.line, "quote": quote.quote} for quote in row.evidence],
        "remedy": row.remedy
        and {"dialect": dialect.value, "text": row.remedy.text, "commands": list(row.remedy.commands)},
        "reference": row.reference,
        "duration_ms": round(row.seconds * 1000),
    }
