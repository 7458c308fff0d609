"""411 or 501 by a proxy to a body in chunks is a finding where the same POST with a length gets through."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.proxy.chunked_refused import chunked_refused
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.recorded import Recorded
from tests.checks.proxy.asked_answers import PUBLIC, answers, down, other_page, own, page
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import PAGE, exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given


@pytest.mark.parametrize(
    ("exchange", "who"), [(page(411, "POST"), "nginx"), (page(501, "POST"), "nginx"), (other_page(411), "A proxy")]
)
def test_a_page_for_chunks_alone_is_a_finding(given: Given, exchange: Exchange, who: str) -> None:
    fail = given.fail(chunked_refused, answers=answers(chunked=exchange))

    assert fail.message.startswith(f"{who} answers {exchange.status} to a body in chunks at {PUBLIC}")
    assert "with its length gives 401" in fail.message
    assert "chunked" in fail.evidence[0].quote
    assert "proxy_http_version 1.1;" in fail.remedy[Dialect.PLAIN].commands[0]


@pytest.mark.parametrize("exchange", [own("POST"), page(400, "POST"), page(403, "POST")])
def test_other_answers_pass(given: Given, exchange: Exchange) -> None:
    assert given.passes(chunked_refused, answers=answers(chunked=exchange))


def test_a_post_that_never_gets_through_says_nothing_of_chunks(given: Given) -> None:
    refused = answers({"POST": page(501, "POST")}, chunked=page(501, "POST"))

    assert "without a body, too" in given.skips(chunked_refused, answers=refused)


def test_a_bare_411_and_no_answer_are_unknown(given: Given) -> None:
    bare = Exchange("POST", PUBLIC, status=411)

    assert "not clear" in given.unknown(chunked_refused, answers=answers(chunked=bare))
    assert "too slow" in given.unknown(chunked_refused, answers=answers(chunked=down("POST")))


def _chunk(status: int, body: bytes = PAGE, header: str = "chunked") -> Recorded:
    told = exchanged("PATCH /v2/a/blobs/uploads/u", status, (("Content-Type", "text/html"),), body)
    return replace(told, exchange=replace(told.exchange, request_headers=(("transfer-encoding", header),)))


def test_a_layer_in_chunks_that_is_refused_is_told_in_traffic() -> None:
    [fail] = seen(chunked_refused, _chunk(411))
    assert fail.message.startswith("nginx answers 411 to a layer in chunks")
    assert seen(chunked_refused, _chunk(400, PAGE.replace(b"<h1>x", b"<h1>chunked is not supported")))


def test_a_refusal_without_a_page_is_told_and_no_author_is_named() -> None:
    [fail] = seen(chunked_refused, _chunk(411, b""))
    assert fail.message.startswith("What stands before the registry")


def test_a_layer_with_its_length_and_other_refusals_are_not_told() -> None:
    assert not seen(chunked_refused, _chunk(411, header=""), _chunk(400), _chunk(202), _chunk(413))
