"""What recorded traffic showed, for the checks that nothing but traffic can decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from regdoctor.check import Fail, Outcome, Pass


@dataclass(frozen=True, slots=True)
class Traffic:
    """A recording that was read to its end."""

    findings: Mapping[str, tuple[Fail, ...]] = field(default_factory=dict)
    """By the name of the check whose sign saw them."""

    def told(self, name: str) -> tuple[Outcome, ...]:
        """What a recording says of the check of that name: its findings, or that it showed none."""
        return self.findings.get(name) or (Pass("the recorded traffic shows nothing of it"),)
