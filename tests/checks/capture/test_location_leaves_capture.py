"""An address past a reverse proxy is told, and only where there is one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.checks.capture.location_leaves_capture import location_leaves_capture
from regdoctor.evidence.recorded import Recorded
from tests.checks.told_in_traffic import told
from tests.traffic.seen_exchanges import CHALLENGE, exchanged

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
    found = told(location_leaves_capture, reversed_(REFUSED), reversed_(upload))

    assert [fail.resource for fail in found] == ["https://gitlab.example.com", "https://registry.example.com"]
    assert found[0].message.startswith("The token goes on at")
    assert found[1].message.startswith("Start upload goes on at")


def test_a_location_without_scheme_keeps_that_of_the_recorder() -> None:
    [fail] = told(location_leaves_capture, reversed_(started("//registry.example.com/v2/a/blobs/uploads/u")))
    assert fail.resource == "http://registry.example.com"


@pytest.mark.parametrize("location", ["/v2/a/blobs/uploads/u", f"{HERE}/v2/a/blobs/uploads/u", "http://[", ""])
def test_what_stays_with_the_recorder_is_not_told(location: str) -> None:
    assert not told(location_leaves_capture, reversed_(started(location)))


def test_without_a_reverse_proxy_nothing_is_told() -> None:
    assert not told(location_leaves_capture, REFUSED, started("https://registry.example.com/v2/a/blobs/uploads/u"))


def test_without_a_recording_it_is_skipped(given: Given) -> None:
    assert "regdoctor capture" in given.skips(location_leaves_capture)
