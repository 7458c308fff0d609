"""A port for TLS that is asked by plain HTTP says so, to clients and to proxies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.tls.tls_asked_by_http import tls_asked_by_http
from regdoctor.evidence.exchange import FailureKind
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given

WORDS = [
    b"<center>The plain HTTP request was sent to HTTPS port</center>",
    b"Client sent an HTTP request to an HTTPS server.\n",
]


@pytest.mark.parametrize("body", WORDS)
def test_an_address_with_the_wrong_scheme_is_a_finding(given: Given, body: bytes) -> None:
    ping = given.ping("http://registry.example.com:5050", 400, body=body)
    fail = given.fail(tls_asked_by_http, public=given.public(ping))
    assert "https://registry.example.com:5050" in fail.remedy[Dialect.PLAIN].text


@pytest.mark.parametrize("body", WORDS)
def test_a_proxy_that_asks_a_registry_with_tls_by_plain_http_is_a_finding(given: Given, body: bytes) -> None:
    ping = given.ping("https://registry.example.com:5050", 400, body=body)
    fail = given.fail(tls_asked_by_http, public=given.public(ping))
    assert fail.message.startswith("The proxy at https://registry.example.com:5050")
    assert "proxy_pass" in fail.remedy[Dialect.PLAIN].text


@pytest.mark.parametrize("url", ["http://localhost:5000", "https://registry.example.com"])
def test_a_registry_that_answers_passes(given: Given, url: str) -> None:
    given.passes(tls_asked_by_http, public=given.public(given.asks(url)))


def test_tls_that_fails_while_plain_http_is_turned_away_is_no_finding(given: Given) -> None:
    ping = given.ping(fails=(FailureKind.TLS, "registry.example.com:5050: tlsv1 alert protocol version"))
    plain = given.ping("http://registry.example.com:5050", 400, body=WORDS[0])
    given.unknown(tls_asked_by_http, public=given.public(ping, plain=plain))


def test_without_an_answer_nothing_is_known(given: Given) -> None:
    given.unknown(tls_asked_by_http, public=given.public(given.refused("https://registry.example.com")))


def test_a_port_for_tls_that_was_asked_by_http_is_told_in_traffic() -> None:
    said = b"Client sent an HTTP request to an HTTPS server.\n"
    asked = "GET http://registry.example.com:5000/v2/"

    [fail] = seen(tls_asked_by_http, exchanged(asked, 400, (), said))
    assert fail.resource == "http://registry.example.com:5000"
    assert not seen(tls_asked_by_http, exchanged(asked, 400, (), b"bad"), exchanged(asked, 200, (), b"{}"))
