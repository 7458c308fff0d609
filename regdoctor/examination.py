"""What one run found out: how each probe went, and what each check made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from regdoctor.check import Check, Outcome, Skip
from regdoctor.injection import Absent
from regdoctor.probe import Probe
from regdoctor.target import Target


@dataclass(frozen=True, slots=True)
class Gathered:
    """How one probe went."""

    probe: Probe
    evidence: Any
    """What it gave, or `Absent`."""
    seconds: float
    bug: str = ""
    """The redacted traceback, where the probe itself broke."""
    bad_input: str = ""
    """The line to show, where a file or URL that was named by hand is unusable."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One outcome of one check."""

    check: Check
    outcome: Outcome
    seconds: float
    bug: str = ""


@dataclass(frozen=True, slots=True)
class Examination:
    """All that one run found out."""

    target: Target
    gathered: tuple[Gathered, ...]
    judged: tuple[Judged, ...]
    started: float
    """Epoch seconds by the local clock."""
    seconds: float

    def evidence(self, kind: type) -> Any:
        """The evidence of a type, or None where it is absent or was not asked for."""
        for item in self.gathered:
            if item.probe.provides is kind and not isinstance(item.evidence, Absent):
                return item.evidence
        return None


def joined(examinations: Sequence[Examination]) -> Examination:
    """Several examinations, made one after the other with the same checks, as one.

    What a check said of any stands; that it does not apply, only where it applied to none. The target is the first's.
    """
    first = examinations[0]
    judged: list[Judged] = []
    for check in dict.fromkeys(item.check.name for item in first.judged):
        every = [item for one in examinations for item in one.judged if item.check.name == check]
        said = [item for item in every if not isinstance(item.outcome, Skip)] or every[:1]
        seen: list[Outcome] = []
        for item in said:
            if item.outcome not in seen:
                seen.append(item.outcome)
                judged.append(item)
    gathered = tuple(item for one in examinations for item in one.gathered)
    return Examination(first.target, gathered, tuple(judged), first.started, sum(one.seconds for one in examinations))
