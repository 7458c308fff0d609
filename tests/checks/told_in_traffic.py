"""What is told of one check in a recording, by the way that every recording is told."""

from __future__ import annotations

from regdoctor.check import Check, Fail
from regdoctor.evidence.recorded import Recorded
from regdoctor.traffic.telling import Telling


def told(check: Check, *recorded: Recorded) -> list[Fail]:
    """The findings of this check in each exchange, in the order in which they are given."""
    telling = Telling()
    findings = [finding for one in recorded for finding in telling.take(one).findings]
    assert not telling.end().bugs
    return [finding.fail for finding in findings if finding.check is check]
