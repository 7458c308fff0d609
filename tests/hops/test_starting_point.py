"""What the hops behind the public URL tell of where a fault there starts, and what they cannot tell."""

from __future__ import annotations

import dataclasses

import pytest

from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.hops import HopKind
from regdoctor.hops.starting_point import before_the_registry, by_location, from_outside, location_of, proxy_of
from regdoctor.hops.states import State, state_of
from tests.hops.conftest import envelope, hop, page, pushed

K = HopKind
AWAY = "Location leads away from https://a.example, to http://a.example; nothing was sent there"


def led_away() -> State:
    started = Exchange("POST", "https://a.example/x", status=202)
    return state_of(hop(K.PUBLIC, pushes=(pushed(K.PUBLIC, AWAY, started),)))


def test_a_location_that_breaks_a_push_is_found_and_no_other_trouble() -> None:
    refused = Exchange("PUT", "https://a.example/x", status=413)

    assert location_of(led_away()) == "http://a.example"
    assert location_of(state_of(hop(K.PUBLIC, pushes=(pushed(K.PUBLIC, "413", refused),)))) == ""
    assert location_of(state_of(page(K.PUBLIC, 403))) == ""


@pytest.mark.parametrize(
    ("location", "kind", "certain"),
    [("http://a.example/v2/", K.REGISTRY, True), ("http://10.0.0.5:5000/v2/", K.PUBLIC, True), (None, K.PUBLIC, False)],
)
def test_the_registrys_own_location_tells(location: str | None, kind: HopKind, certain: bool) -> None:
    pushes = (dataclasses.replace(pushed(K.UPSTREAM), location=location),) if location else ()
    inner = [state_of(hop(K.UPSTREAM, pushes=pushes))]

    assert by_location(led_away(), inner, "http://a.example")[1:] == (kind, certain)


def test_a_registry_that_is_met_at_the_wrong_address_itself_did_not_choose_it() -> None:
    at_its_own = dataclasses.replace(pushed(K.UPSTREAM), location="http://10.0.0.5:5000/v2/")
    inner = [state_of(hop(K.UPSTREAM, pushes=(at_its_own,)))]

    assert by_location(led_away(), inner, "http://10.0.0.5:5000")[1] is K.PUBLIC


def test_a_proxy_is_one_that_signs_at_the_public_url() -> None:
    assert proxy_of(state_of(page(K.PUBLIC, 403))) == "nginx"
    assert proxy_of(state_of(page(K.UPSTREAM, 403))) == ""
    assert proxy_of(state_of(envelope(K.PUBLIC, 500, "UNKNOWN"))) == ""


def test_from_outside_a_refused_login_is_not_certain_and_a_signed_page_is() -> None:
    assert from_outside(state_of(envelope(K.PUBLIC, 401, "UNAUTHORIZED")))[1:] == (K.PUBLIC, False)
    assert from_outside(state_of(page(K.PUBLIC, 401))) == ("at nginx", K.PUBLIC, True)


def test_before_a_registry_that_is_fine_the_upstream_makes_it_certain() -> None:
    refused = state_of(envelope(K.PUBLIC, 401, "UNAUTHORIZED"))

    assert before_the_registry(refused, [state_of(hop(K.UPSTREAM))]) == ("at the proxy", K.PUBLIC, True)
    assert not before_the_registry(refused, [state_of(hop(K.REGISTRY))])[2]
