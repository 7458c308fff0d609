"""411 or 501 by a proxy to a body in chunks is a finding where the same POST with a length gets through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.proxy.chunked_refused import chunked_refused
from regdoctor.evidence.exchange import Exchange
from tests.checks.proxy.asked_answers import PUBLIC, answers, down, other_page, own, page

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
