"""Findings that were accepted: which outcomes are not counted as failures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from regdoctor.catalogue import named
from regdoctor.check import Check, Fail
from regdoctor.redaction import redact


@dataclass(frozen=True, slots=True)
class Suppression:
    """One accepted finding."""

    check: str
    resource: str = ""
    """Empty: every resource."""

    def covers(self, item: Check, fail: Fail) -> bool:
        """Whether this finding is the accepted one."""
        # A report shows the resource redacted, and that is what people copy.
        return self.check == item.name and self.resource in ("", fail.resource, redact(fail.resource))


def parse(words: Iterable[str]) -> tuple[Suppression, ...]:
    """Read `NAME[:resource]` words; NAME may be whatever `regdoctor check` takes. Raises UsageError for a bad name."""
    found: list[Suppression] = []
    for word in words:
        name, _, resource = word.partition(":")
        found.extend(Suppression(item.name, resource) for item in named(name))
    return tuple(found)
