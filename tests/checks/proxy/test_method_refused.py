"""A page of another than the registry that answers HEAD, POST or PATCH is a finding for that method."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail, Severity, Unknown
from regdoctor.checks.proxy.method_refused import method_refused
from regdoctor.evidence.exchange import Exchange
from tests.checks.proxy.asked_answers import PUBLIC, answers, down, other_page, page
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import PAGE, exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given


@pytest.mark.parametrize("method", ["HEAD", "POST", "PATCH"])
@pytest.mark.parametrize(("status", "mode"), [(403, "PROXY-21"), (405, "PROXY-16"), (501, "PROXY-21")])
def test_a_refusal_of_nginx_is_a_finding(given: Given, method: str, status: int, mode: str) -> None:
    (fail,) = given.fails(method_refused, answers=answers({method: page(status, method)}))

    assert fail.message.startswith(f"nginx answers {status} to {method} at {PUBLIC}")
    assert fail.resource == f"{method} {PUBLIC}/v2/"
    assert fail.failure_modes == (mode,)
    assert fail.severity is None
    assert [quote.source.split()[0] for quote in fail.evidence] == [method, "GET"]


def test_each_refused_method_is_told(given: Given) -> None:
    changed = {"HEAD": page(403, "HEAD"), "PATCH": page(403, "PATCH")}

    assert len(given.fails(method_refused, answers=answers(changed))) == 2


def test_an_address_that_takes_no_pushes_at_all_may_be_meant_so(given: Given) -> None:
    changed = {"POST": page(403, "POST"), "PATCH": page(403, "PATCH")}

    (fail,) = given.fails(method_refused, answers=answers(changed))

    assert fail.severity is Severity.WARNING
    assert "403 to POST and PATCH" in fail.message
    assert "may be meant for pulls alone" in fail.message


def test_a_firewall_is_told_to_look_at_its_rules(given: Given) -> None:
    (fail,) = given.fails(method_refused, answers=answers({"PATCH": page(403, "PATCH", signed="cloudflare")}))

    assert "Cloudflare answers 403" in fail.message
    assert "Cloudflare" in fail.remedy[Dialect.PLAIN].text


def test_squids_remedy_opens_it_for_the_registry_alone(given: Given) -> None:
    squid = Exchange("PATCH", PUBLIC, status=403, headers=(("X-Squid-Error", "ERR_ACCESS_DENIED 0"),), body=b"<html>")
    (fail,) = given.fails(method_refused, answers=answers({"PATCH": squid}))

    lines = fail.remedy[Dialect.PLAIN].commands[0].splitlines()
    assert "acl registry_name dstdomain registry.example.com" in lines
    assert [line for line in lines if line.startswith("http_access")] == [
        "http_access allow registry_name registry_methods"
    ]


def test_haproxys_remedy_ends_no_evaluation(given: Given) -> None:
    body = b"<html><body><h1>403 Forbidden</h1>\nRequest forbidden by administrative rules.\n</body></html>\n"
    (fail,) = given.fails(method_refused, answers=answers({"PATCH": Exchange("PATCH", PUBLIC, status=403, body=body)}))

    remedy = fail.remedy[Dialect.PLAIN]
    assert not any("http-request allow" in line for line in remedy.commands)
    assert "acl registry_api base_reg -i ^registry[.]example[.]com(:[0-9]+)?/v2/" in remedy.commands


def test_a_page_in_answer_to_head_is_a_proxys_whoever_it_is(given: Given) -> None:
    bare = Exchange("HEAD", PUBLIC, status=403, headers=(("Content-Type", "text/html"),))

    (fail,) = given.fails(method_refused, answers=answers({"HEAD": bare}))

    assert fail.message.startswith("A proxy answers 403 to HEAD")
    assert "limit_except" in fail.remedy[Dialect.PLAIN].commands[0]


def test_the_registrys_own_answers_pass(given: Given) -> None:
    outcomes = given.outcomes(method_refused, answers=answers())

    assert [type(outcome).__name__ for outcome in outcomes] == ["Pass"]


@pytest.mark.parametrize(
    "exchange",
    [
        Exchange("POST", PUBLIC, status=405, headers=(("Server", "nginx"), ("Allow", "GET"))),
        Exchange("POST", PUBLIC, status=405, headers=(("Content-Type", "text/plain"),), body=b"Method Not Allowed\n"),
        Exchange("POST", PUBLIC, status=403, body=b'{"errors":[{"code":"DENIED","message":"read only"}]}'),
        page(429, "POST"),
    ],
    ids=["bare", "text", "registry", "rate"],
)
def test_what_a_registry_may_answer_itself_is_no_finding(given: Given, exchange: Exchange) -> None:
    outcomes = given.outcomes(method_refused, answers=answers({"POST": exchange}))

    assert not any(isinstance(outcome, Fail | Unknown) for outcome in outcomes)


def test_a_page_of_nobody_knows_whom_and_no_answer_are_unknown(given: Given) -> None:
    outcomes = given.outcomes(method_refused, answers=answers({"POST": other_page(403), "PATCH": down("PATCH")}))

    unknown = [outcome.reason for outcome in outcomes if isinstance(outcome, Unknown)]
    assert "not clear" in unknown[0]
    assert unknown[1].startswith("PATCH: ")


def test_a_method_that_a_proxy_refuses_is_told_in_traffic_where_get_gets_through() -> None:
    html = (("Content-Type", "text/html"),)
    ping, patch = exchanged("GET /v2/", 200), exchanged("PATCH /v2/a/blobs/uploads/u", 405, html, PAGE)

    [fail] = seen(method_refused, ping, patch)
    assert fail.message.startswith("nginx answers 405 to PATCH")
    assert not seen(method_refused, patch)


def test_what_the_registry_itself_refuses_is_not_told_as_a_proxys() -> None:
    own = b'{"errors":[{"code":"UNSUPPORTED","message":"x"}]}'
    ping = exchanged("GET /v2/", 200)

    assert not seen(method_refused, ping, exchanged("PATCH /v2/a/blobs/uploads/u", 405, body=own))
    assert not seen(method_refused, ping, exchanged("HEAD /v2/a/blobs/sha256:1", 403, ()))
