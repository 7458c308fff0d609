"""A check that traffic alone decides is skipped without any, and tells what a recording showed."""

from __future__ import annotations

from regdoctor.check import Dialect, Fail, Pass, Remedy, Skip
from regdoctor.evidence.seen_in_traffic import told_by
from regdoctor.evidence.traffic import Traffic
from regdoctor.injection import Absent


def test_without_traffic_it_is_skipped_with_the_command_that_records_some() -> None:
    [skipped] = told_by(Absent("no probe provides it"), "name")
    assert isinstance(skipped, Skip)
    assert "regdoctor capture" in skipped.reason


def test_with_traffic_its_own_findings_are_told() -> None:
    fail = Fail("wrong", {Dialect.PLAIN: Remedy("Mend it.")}, resource="it")
    traffic = Traffic({"name": (fail,)})
    assert tuple(told_by(traffic, "name")) == (fail,)
    assert [type(one) for one in told_by(traffic, "other")] == [Pass]
