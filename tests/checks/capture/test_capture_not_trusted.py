"""What the addon notes of a client that does not trust it, as a finding."""

from __future__ import annotations

from regdoctor.check import Dialect, Fail, Quote, Remedy, Skip
from regdoctor.checks.capture.capture_not_trusted import capture_not_trusted
from regdoctor.evidence.traffic import Traffic
from regdoctor.injection import Absent


def test_what_a_recording_notes_is_told_and_without_one_it_is_skipped() -> None:
    noted = Fail("x", {Dialect.PLAIN: Remedy("Trust it.")}, (Quote("mitmproxy", "unknown ca"),), "registry.example.com")

    assert tuple(capture_not_trusted.judge(Traffic({"capture_not_trusted": (noted,)}))) == (noted,)
    assert [type(one) for one in capture_not_trusted.judge(Absent("no recording"))] == [Skip]
