"""A walk finds its hops by kind, and shows no query, which may be a signature."""

from __future__ import annotations

from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.hops import Asked, Hop, HopKind, Hops, Purpose


def test_a_request_is_shown_without_its_query() -> None:
    asked = Asked(Purpose.REDIRECTED, Exchange("HEAD", "https://bucket.example.com/x?X-Amz-Signature=abc"))

    assert asked.line == "HEAD https://bucket.example.com/x"


def test_a_hop_is_found_by_each_of_its_kinds() -> None:
    both = Hop((HopKind.UPSTREAM, HopKind.REGISTRY), "http://127.0.0.1:5000")
    hops = Hops("GET /v2/", "anonymously", (both,), 0.0, 0.0)

    assert hops.hop(HopKind.REGISTRY) is hops.hop(HopKind.UPSTREAM) is both
    assert hops.hop(HopKind.PUBLIC) is None
    assert (both.kind, both.request) == (HopKind.UPSTREAM, None)
