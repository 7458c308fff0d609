"""A redirect that makes a GET of a POST is an error; one that keeps the method is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.proxy.post_redirected import post_redirected
from regdoctor.evidence.exchange import Exchange
from tests.checks.proxy.asked_answers import PUBLIC, answers, down, page
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given

AWAY = (("Location", "https://registry.example.com/v2/"),)


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_loses_the_method_is_a_finding(given: Given, status: int) -> None:
    fail = given.fail(post_redirected, answers=answers({"POST": page(status, "POST", more=AWAY)}))

    assert f"redirected with {status}" in fail.message
    assert "Location: https://registry.example.com/v2/" in fail.evidence[0].quote
    assert fail.evidence[1].source.startswith("GET ")
    assert fail.resource == PUBLIC
    assert "redirect" in fail.remedy[Dialect.OMNIBUS].text


@pytest.mark.parametrize(
    ("signed", "word"), [("awselb/2.0", "target group"), ("cloudflare", "Cloudflare that answers"), ("nginx", "reload")]
)
def test_the_remedy_is_in_the_words_of_whom_it_is_from(given: Given, signed: str, word: str) -> None:
    fail = given.fail(post_redirected, answers=answers({"POST": page(301, "POST", signed=signed, more=AWAY)}))

    plain = fail.remedy[Dialect.PLAIN]
    assert word in " ".join((plain.text, *plain.commands))


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_that_keeps_the_method_passes(given: Given, status: int) -> None:
    assert given.passes(post_redirected, answers=answers({"POST": page(status, "POST", more=AWAY)}))


def test_the_registrys_own_answer_passes(given: Given) -> None:
    assert given.passes(post_redirected, answers=answers()) == "POST gives 401"


def test_no_answer_is_unknown(given: Given) -> None:
    assert "too slow" in given.unknown(post_redirected, answers=answers({"POST": down("POST")}))


def test_a_redirect_that_nobody_signed_is_not_said_to_be_nginxs(given: Given) -> None:
    bare = Exchange("POST", f"{PUBLIC}/v2/", status=302, headers=(*AWAY, ("Content-Length", "0")))
    fail = given.fail(post_redirected, answers=answers({"POST": bare}))

    assert set(fail.remedy) == {Dialect.PLAIN}
    assert "nginx" not in str(fail.remedy)
    assert "!{ path_beg /v2/ }" in fail.remedy[Dialect.PLAIN].commands[0]


def test_apaches_remedy_redirects_nothing(given: Given) -> None:
    body = b"<html><address>Apache/2.4.62 (Debian) Server at r Port 443</address></html>"
    post = Exchange("POST", f"{PUBLIC}/v2/", status=302, headers=AWAY, body=body)
    lines = given.fail(post_redirected, answers=answers({"POST": post})).remedy[Dialect.PLAIN].commands[0]

    assert "RewriteRule ^/?v2/ - [END]" in lines
    assert "R=" not in lines


def test_a_post_that_is_redirected_is_told_in_traffic() -> None:
    away = (("Location", "https://registry.example.com/v2/a/blobs/uploads/"),)
    start = "POST http://registry.example.com/v2/a/blobs/uploads/"

    [fail] = seen(post_redirected, exchanged(start, 301, away))
    assert "redirected with 301" in fail.message
    assert not seen(post_redirected, exchanged(start, 308, away), exchanged(start, 202, away))
    assert not seen(post_redirected, exchanged("GET /v2/", 301, away))
