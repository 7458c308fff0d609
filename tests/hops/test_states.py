"""A hop does as its answers do; who wrote them is told where they tell."""

from __future__ import annotations

import dataclasses

from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.hops import Asked, HopKind, Purpose
from regdoctor.hops.states import name_of, state_of
from tests.hops.conftest import HTML, NGINX, envelope, hop, page, pushed, untried


def test_the_first_wrong_answer_decides() -> None:
    blob = Asked(Purpose.BLOB, Exchange("HEAD", "https://r.example/v2/a/blobs/x", status=404))
    served = hop(HopKind.REGISTRY)

    state = state_of(dataclasses.replace(served, asked=(*served.asked, blob)))

    assert (state.right, state.symptom) == (False, "404")


def test_the_author_is_who_wrote_the_page() -> None:
    assert state_of(page(HopKind.PUBLIC, 502)).author == "nginx"
    assert state_of(page(HopKind.PUBLIC, 502)).gateway
    assert state_of(envelope(HopKind.PUBLIC, 500, "UNKNOWN")).author == "the registry"


def test_a_server_header_alone_names_no_author() -> None:
    assert state_of(hop(HopKind.PUBLIC, 404, b"", ("Server", "nginx"))).author == ""


def test_what_was_not_tried_is_neither_right_nor_wrong() -> None:
    state = state_of(untried(HopKind.REGISTRY))

    assert (state.right, state.tried, state.words) == (None, False, "for a reason")


def test_a_push_decides_where_the_answers_are_right() -> None:
    refusal = Exchange("PATCH", "https://r.example/x", status=413)
    broken = dataclasses.replace(hop(HopKind.PUBLIC), pushes=(pushed(HopKind.PUBLIC, "too large", refusal),))

    state = state_of(broken)

    assert (state.right, state.symptom, state.by_push) == (False, "413", True)
    assert state_of(dataclasses.replace(broken, pushes=(pushed(HopKind.PUBLIC),))).right is True


def test_a_redirect_is_as_right_as_the_place_that_it_leads_to() -> None:
    sent = hop(HopKind.PUBLIC, 307, b"", ("Location", "https://b.example/x"))
    there = Exchange("GET", "https://b.example/x", status=200, body=b'{"schemaVersion": 2}')
    nginx = Exchange("GET", "https://b.example/x", status=502, headers=(HTML,), body=NGINX)

    fine = state_of(dataclasses.replace(sent, asked=(*sent.asked, Asked(Purpose.FOLLOWED, there))))
    broken = state_of(dataclasses.replace(sent, asked=(*sent.asked, Asked(Purpose.FOLLOWED, nginx))))

    assert (fine.right, fine.words, fine.sent_on) == (True, "it sends the request on to https://b.example", False)
    assert (broken.right, broken.symptom, broken.sent_on) == (False, "502", True)
    assert broken.author == ""
    assert state_of(sent).right is None


def test_the_registry_is_called_so_whatever_else_it_is() -> None:
    both = dataclasses.replace(hop(HopKind.UPSTREAM), kinds=(HopKind.UPSTREAM, HopKind.REGISTRY))

    assert name_of(both) == "registry"
    assert name_of(hop(HopKind.STORAGE)) == "bucket"
    assert name_of(untried(HopKind.STORAGE)) == "storage"
