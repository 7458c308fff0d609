"""Plain HTTP where TLS is expected is told from TLS that fails for another reason."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.tls.plain_http_served import plain_http_served
from regdoctor.evidence.answers import Ping
from regdoctor.evidence.exchange import Failure, FailureKind
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given

URL = "https://registry.example.com"
TO_TLS = ("Location", "https://registry.example.com/v2/")


def not_tls(ping: Ping) -> Ping:
    """The same, where what came back was no TLS at all."""
    failure = Failure(FailureKind.TLS, "h:5000: wrong version number", not_tls=True)
    return replace(ping, exchange=replace(ping.exchange, failure=failure))


def test_plain_http_where_tls_is_expected(given: Given) -> None:
    ping = not_tls(given.ping("https://h:5000"))
    fail = given.fail(plain_http_served, public=given.public(ping, plain=given.asks("http://h:5000")))
    assert json.loads(fail.remedy[Dialect.PLAIN].commands[0]) == {"insecure-registries": ["h:5000"]}


def test_a_port_without_tls_may_send_on_to_one_with_it(given: Given) -> None:
    ping = not_tls(given.ping(URL))
    plain = given.ping("http://registry.example.com:443", 301, TO_TLS)
    given.fail(plain_http_served, public=given.public(ping, plain=plain))


def test_a_port_that_sends_plain_http_on_to_tls_speaks_tls(given: Given) -> None:
    ping = given.ping(URL, fails=(FailureKind.TLS, "registry.example.com:443: tlsv1 alert protocol version"))
    plain = given.ping("http://registry.example.com:443", 301, TO_TLS)
    given.passes(plain_http_served, public=given.public(ping, plain=plain))


@pytest.mark.parametrize(
    "body", [b"The plain HTTP request was sent to HTTPS port", b"Client sent an HTTP request to an HTTPS server.\n"]
)
def test_a_port_that_wants_tls_does_not_speak_plain_http(given: Given, body: bytes) -> None:
    ping = given.ping(URL, fails=(FailureKind.TLS, "registry.example.com: tlsv1 alert protocol version"))
    plain = given.ping("http://registry.example.com:443", 400, body=body)
    given.passes(plain_http_served, public=given.public(ping, plain=plain))


def test_a_certificate_that_is_refused_is_tls(given: Given) -> None:
    refused = given.ping(URL, fails=(FailureKind.TLS, "registry.example.com:443: certificate not accepted: expired"))
    given.passes(plain_http_served, public=given.public(refused, unverified=given.asks(URL)))
    given.passes(plain_http_served, public=given.public(given.asks(URL)))


def test_plain_http_that_was_asked_for_is_no_concern(given: Given) -> None:
    given.skips(plain_http_served, public=given.public(given.asks("http://localhost:5000")))


@pytest.mark.parametrize("kind", [kind for kind in FailureKind if kind is not FailureKind.TLS])
def test_without_a_connection_nothing_is_known(given: Given, kind: FailureKind) -> None:
    given.unknown(plain_http_served, public=given.public(given.down(URL, kind)))


def test_a_server_without_tls_is_told_in_traffic() -> None:
    plain = Failure(FailureKind.TLS, "The remote server does not speak TLS.")
    expired = Failure(FailureKind.TLS, "Certificate verify failed: certificate has expired")

    [fail] = seen(plain_http_served, exchanged("GET /v2/", None, (), failure=plain))
    assert fail.resource == "https://registry.example.com"
    assert not seen(plain_http_served, exchanged("GET /v2/", None, (), failure=expired), exchanged("GET /v2/", 401))
