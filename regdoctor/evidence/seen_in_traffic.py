"""What checks say that nothing but recorded traffic can decide."""

from __future__ import annotations

from collections.abc import Iterable

from regdoctor.check import Outcome, Skip
from regdoctor.evidence.traffic import Traffic
from regdoctor.injection import Absent


def told_by(traffic: Traffic | Absent, name: str) -> Iterable[Outcome]:
    """The findings of the check of that name in a recording; where there is none, that it takes one."""
    if isinstance(traffic, Absent):
        return (Skip("only recorded traffic shows it: see `regdoctor capture`"),)
    return traffic.told(name)
