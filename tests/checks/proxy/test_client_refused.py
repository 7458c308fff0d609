"""docker that is refused where another program is served is a finding; a limit of rates is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.proxy.client_refused import client_refused
from regdoctor.evidence.exchange import Exchange
from tests.checks.proxy.asked_answers import PUBLIC, answers, down, other_page, own, page
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import PAGE, exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given


@pytest.mark.parametrize("status", [403, 406, 418])
def test_a_page_for_docker_alone_is_a_finding(given: Given, status: int) -> None:
    fail = given.fail(client_refused, answers=answers(as_docker=page(status)))

    assert fail.message.startswith(f"nginx answers {status} to docker at {PUBLIC}")
    assert "with docker's User-Agent" in fail.evidence[0].quote
    assert "regdoctor's own" in fail.evidence[1].quote


def test_a_page_of_unknown_author_is_as_much_of_a_refusal(given: Given) -> None:
    assert (
        "A page that is not the registry's"
        in given.fail(client_refused, answers=answers(as_docker=other_page(403))).message
    )


@pytest.mark.parametrize("server", ["cloudflare", "nginx/1.24.0", "Apache/2.4.57 (Debian)"])
def test_a_page_of_ones_own_under_a_known_header_is_as_much_of_one(given: Given, server: str) -> None:
    fail = given.fail(client_refused, answers=answers(as_docker=other_page(403, ("Server", server))))

    assert "answers 403 to docker" in fail.message


def test_a_challenge_for_browsers_is_cloudflares(given: Given) -> None:
    page_of_it = other_page(403, ("Server", "cloudflare"), ("cf-mitigated", "challenge"))
    fail = given.fail(client_refused, answers=answers(as_docker=page_of_it))

    assert fail.message.startswith("Cloudflare answers 403")


def test_apaches_remedy_allows_nobody_else(given: Given) -> None:
    apache = other_page(403, ("Server", "Apache/2.4.57"))
    commands = given.fail(client_refused, answers=answers(as_docker=apache)).remedy[Dialect.PLAIN].commands

    assert not any("granted" in line for line in commands)
    assert "RewriteCond %{REQUEST_URI} !^/v2/" in commands


def test_cloudflares_remedy_is_a_rule_of_cloudflares(given: Given) -> None:
    fail = given.fail(client_refused, answers=answers(as_docker=page(403, signed="cloudflare")))

    assert "/v2/" in fail.remedy[Dialect.PLAIN].commands[0]


@pytest.mark.parametrize(
    "exchange",
    [
        own(),
        page(429),
        page(503),
        page(301),
        Exchange("GET", PUBLIC, status=403, body=b'{"errors":[{"code":"DENIED","message":"no"}]}'),
        Exchange("GET", PUBLIC, status=403, headers=(("Content-Type", "text/plain"),), body=b"no"),
    ],
    ids=["own", "rate", "down", "redirect", "registry", "text"],
)
def test_other_answers_pass(given: Given, exchange: Exchange) -> None:
    assert given.passes(client_refused, answers=answers(as_docker=exchange))


def test_no_answer_is_unknown(given: Given) -> None:
    assert "too slow" in given.unknown(client_refused, answers=answers(as_docker=down()))


def test_docker_that_is_refused_where_another_gets_through_is_told_in_traffic() -> None:
    html = (("Content-Type", "text/html"),)
    refused = exchanged("GET /v2/", 403, html, PAGE)

    [fail] = seen(client_refused, exchanged("GET /v2/", 401, agent="curl/8.5"), refused)
    assert "answers 403 to docker" in fail.message
    assert "lets curl through (401)" in fail.message


def test_a_refusal_that_the_name_does_not_explain_is_not_told() -> None:
    html = (("Content-Type", "text/html"),)
    refused = exchanged("GET /v2/", 403, html, PAGE)
    of_curl = exchanged("GET /v2/", 401, agent="curl/8.5", client="10.0.0.9")

    assert not seen(client_refused, refused)
    assert not seen(client_refused, exchanged("GET /v2/", 401), refused)
    assert not seen(client_refused, of_curl, refused)
