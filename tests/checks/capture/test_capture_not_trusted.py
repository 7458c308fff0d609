"""What the addon notes of a client that does not trust it, as a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.check import Dialect, Fail, Quote, Remedy
from regdoctor.checks.capture.capture_not_trusted import capture_not_trusted
from regdoctor.evidence.traffic import Traffic

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def test_what_a_recording_notes_is_told_and_without_one_it_is_skipped(given: Given) -> None:
    noted = Fail("x", {Dialect.PLAIN: Remedy("Trust it.")}, (Quote("mitmproxy", "unknown ca"),), "registry.example.com")

    assert given.fail(capture_not_trusted, traffic=Traffic({"capture_not_trusted": (noted,)})) is noted
    assert "regdoctor capture" in given.skips(capture_not_trusted)
