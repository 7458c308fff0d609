"""Folds findings that others bring about under those, and puts the causes in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regdoctor.check import Check, Fail, Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """A failure with the check that saw it."""

    check: Check
    fail: Fail

    @property
    def severity(self) -> Severity:
        """Of this case, or else of the check."""
        return self.fail.severity or self.check.severity


def explanations(findings: Sequence[Finding]) -> dict[str, str]:
    """For each failing check that another failing check explains: the name of the cause at the end of the chain.

    Where several causes would explain a check, the one that explains most, then the most severe, has it.
    """
    failing = _worst_of_each(findings)
    direct: dict[str, str] = {}
    for name in failing:
        candidates = [other for other in failing.values() if name in other.check.explains and other.check.name != name]
        if candidates:
            best = max(candidates, key=lambda other: (_weight(other, failing), other.severity, other.check.name))
            direct[name] = best.check.name
    return {name: root for name in direct if (root := _root(name, direct)) != name}


def ordered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings with causes first (the most severe, then those that explain most), then what they explain."""
    explained = explanations(findings)
    failing = _worst_of_each(findings)

    def rank(finding: Finding) -> tuple[bool, int, int, str, str]:
        name = finding.check.name
        folded = [failing[other].severity for other, cause in explained.items() if cause == name]
        severity = max([finding.severity, *folded])
        return (name in explained, -severity, -len(folded), finding.check.family, name)

    return tuple(sorted(findings, key=rank))


def _worst_of_each(findings: Sequence[Finding]) -> dict[str, Finding]:
    """By check; a check may have found several things."""
    return {finding.check.name: finding for finding in sorted(findings, key=lambda finding: finding.severity)}


def _weight(finding: Finding, failing: dict[str, Finding]) -> int:
    return sum(name in failing for name in finding.check.explains)


def _root(name: str, direct: dict[str, str]) -> str:
    seen = [name]
    while (name := direct.get(name, "")) and name not in seen:
        seen.append(name)
    # Checks that explain each other: none of them is the cause of the others. The circle is left where it was entered,
    # so that each of its members stands for itself and what leads into it is still folded.
    return name or seen[-1]
