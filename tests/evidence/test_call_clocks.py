"""Clocks from the dates of recorded answers."""

from __future__ import annotations

from regdoctor.evidence.call_clocks import host_of, origin_of_address, quote_of, reading_at
from regdoctor.evidence.story import Story
from regdoctor.traffic.telling import Telling
from tests.evidence.token_traffic import REALM, REGISTRY, Traffic


def _story(*ahead: float) -> Story:
    telling = Telling()
    seen = Traffic()
    for seconds in ahead:
        seen.ahead = {REGISTRY: seconds}
        seen.ask("GET /v2/", 200)
    for recorded in seen.said:
        telling.take(recorded)
    return telling.story


def test_a_clock_is_read_as_well_as_its_date_tells() -> None:
    reading = reading_at(_story(120.0), REGISTRY, "registry")

    assert reading is not None
    assert abs(reading.offset - 120) <= reading.uncertainty <= 0.6
    assert quote_of(reading).quote.endswith("against the recorder's clock")


def test_clocks_that_contradict_each_other_at_one_address_tell_nothing() -> None:
    assert reading_at(_story(120.0, 0.0), REGISTRY, "registry") is None
    assert reading_at(Story(), REGISTRY, "registry") is None


def test_an_address_that_cannot_be_read_has_no_origin_and_no_host() -> None:
    assert (origin_of_address(REALM), host_of(REALM)) == ("https://gitlab.example.com", "gitlab.example.com")
    assert origin_of_address("http://[x") == host_of("http://[x") == origin_of_address("x") == ""
