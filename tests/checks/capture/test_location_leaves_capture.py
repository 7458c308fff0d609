"""An address past a reverse proxy is told, and only where there is one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Severity
from regdoctor.checks.capture.location_leaves_capture import location_leaves_capture
from regdoctor.evidence.recorded import Recorded
from regdoctor.traffic.diagnosis import Result
from regdoctor.traffic.telling import Telling
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import CHALLENGE, REALM, exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given

HERE = "http://127.0.0.1:5001"
REFUSED = exchanged("GET /v2/", 401, CHALLENGE)


def reversed_(recorded: Recorded) -> Recorded:
    return replace(recorded, capture_origin=HERE, upstream_origin="https://registry.example.com")


def started(location: str) -> Recorded:
    return exchanged("POST /v2/a/blobs/uploads/", 202, (("Location", location),))


def test_a_realm_and_a_location_elsewhere_are_told() -> None:
    upload = started("https://registry.example.com/v2/a/blobs/uploads/u")
    found = seen(location_leaves_capture, reversed_(REFUSED), reversed_(upload))

    assert [fail.resource for fail in found] == ["https://gitlab.example.com", "https://registry.example.com"]
    assert found[0].message.startswith("The token goes on at")
    assert found[1].message.startswith("Start upload goes on at")


def test_a_location_without_scheme_keeps_that_of_the_recorder() -> None:
    [fail] = seen(location_leaves_capture, reversed_(started("//registry.example.com/v2/a/blobs/uploads/u")))
    assert fail.resource == "http://registry.example.com"


@pytest.mark.parametrize("location", ["/v2/a/blobs/uploads/u", f"{HERE}/v2/a/blobs/uploads/u", "http://[", ""])
def test_what_stays_with_the_recorder_is_not_told(location: str) -> None:
    assert not seen(location_leaves_capture, reversed_(started(location)))


def test_without_a_reverse_proxy_nothing_is_told() -> None:
    assert not seen(location_leaves_capture, REFUSED, started("https://registry.example.com/v2/a/blobs/uploads/u"))


def test_an_address_at_which_a_further_reverse_proxy_recorded_calls_is_not_told() -> None:
    token = exchanged(f"GET {REALM}?service=container_registry&scope=repository:a:pull", 200, ())
    there = replace(token, capture_origin="http://127.0.0.2:443", upstream_origin="https://gitlab.example.com")
    assert not seen(location_leaves_capture, reversed_(REFUSED), there)


def test_the_normal_first_refusal_is_no_finding_of_its_own_and_the_answer_says_what_is_not_seen() -> None:
    telling = Telling()
    upload = started("https://uploads.example.com/v2/a/blobs/uploads/u")
    assert not any(telling.take(reversed_(one)).findings for one in (REFUSED, upload))
    diagnosis = telling.end()
    assert diagnosis.result is Result.HEALTHY
    assert diagnosis.worst() is Severity.INFO
    assert diagnosis.sentence.endswith(
        ": nothing found wrong; what went to https://gitlab.example.com, and to 1 more, is not recorded."
    )
    assert not diagnosis.blind


def test_without_a_recording_it_is_skipped(given: Given) -> None:
    assert "regdoctor capture" in given.skips(location_leaves_capture)
