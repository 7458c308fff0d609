"""HTTP/2 that is chosen and not spoken is a fault, where HTTP/1.1 works and it fails alike twice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Quote, Severity
from regdoctor.checks.proxy.http2_fails import http2_fails
from regdoctor.evidence.answers import Ping, PublicAnswer
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.http2_answer import Http2Answer, Http2End, Http2Look

if TYPE_CHECKING:
    from tests.checks.conftest import Given

URL = "https://registry.example.com"
ENDPOINT = Endpoint(URL, Quote("/etc/x.yml", "registry: host", 7))


def look(end: Http2End, code: str = "") -> Http2Look:
    """One request by HTTP/2."""
    failure = None
    if end is not Http2End.ANSWERED:
        failure = Failure(FailureKind.PROTOCOL, f"registry.example.com:443: HTTP/2: {end.value} {code}".strip())
    return Http2Look(Exchange("GET", f"{URL}/v2/", status=None if failure else 401, failure=failure), end, code)


def answer(*looks: Http2Look) -> Http2Answer:
    """Those looks."""
    return Http2Answer(ENDPOINT, looks)


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (Http2End.AS_HTTP1, ""),
        (Http2End.GOAWAY, "PROTOCOL_ERROR"),
        (Http2End.RESET, "INTERNAL_ERROR"),
        (Http2End.RESET, "HTTP_1_1_REQUIRED"),
        (Http2End.BROKEN, ""),
        (Http2End.CLOSED, ""),
        (Http2End.SILENT, ""),
    ],
)
def test_each_way_to_fail_is_told_where_http1_works(end: Http2End, code: str, given: Given) -> None:
    fail = given.fail(
        http2_fails, answer=answer(look(end, code), look(end, code)), public=PublicAnswer(given.asks(URL))
    )
    assert fail.severity is None
    assert http2_fails.severity is Severity.ERROR
    assert f"{URL} and fails, while HTTP/1.1 gets 401: " in fail.message
    assert end.value in fail.message
    assert fail.resource == URL
    assert len(fail.evidence) == 4
    assert "→ 401" in fail.evidence[2].quote


def test_an_answer_passes_also_at_the_second_look(given: Given) -> None:
    public = PublicAnswer(given.asks(URL))
    for looks in ([look(Http2End.ANSWERED)], [look(Http2End.RESET, "PROTOCOL_ERROR"), look(Http2End.ANSWERED)]):
        assert given.passes(http2_fails, answer=answer(*looks), public=public) == f"{URL} answers by HTTP/2"


@pytest.mark.parametrize("code", ["NO_ERROR", "REFUSED_STREAM", "ENHANCE_YOUR_CALM"])
def test_a_server_that_puts_off_is_not_at_fault(code: str, given: Given) -> None:
    twice = answer(look(Http2End.GOAWAY, code), look(Http2End.GOAWAY, code))
    assert "put this client off" in given.unknown(http2_fails, answer=twice, public=PublicAnswer(given.asks(URL)))


def test_chance_is_not_a_fault(given: Given) -> None:
    mixed = answer(look(Http2End.RESET, "PROTOCOL_ERROR"), look(Http2End.CLOSED))
    assert "each time in another way" in given.unknown(http2_fails, answer=mixed, public=PublicAnswer(given.asks(URL)))


def test_where_http1_fails_too_it_is_not_http2(given: Given) -> None:
    broken = answer(look(Http2End.CLOSED), look(Http2End.CLOSED))
    reason = given.unknown(http2_fails, answer=broken, public=PublicAnswer(given.down(URL, FailureKind.RESET)))
    assert "by HTTP/1.1 there is no answer either" in reason


def test_a_slow_server_is_not_blamed_for_silence(given: Given) -> None:
    silent = answer(look(Http2End.SILENT), look(Http2End.SILENT))
    slow = replace(given.asks(URL).exchange, seconds=4.0)
    reason = given.unknown(http2_fails, answer=silent, public=PublicAnswer(Ping(ENDPOINT, slow)))
    assert "HTTP/1.1 took 4.0 s" in reason


def test_behind_an_unverified_certificate_the_second_look_counts(given: Given) -> None:
    public = PublicAnswer(given.down(URL, FailureKind.TLS), unverified=given.asks(URL))
    broken = answer(look(Http2End.AS_HTTP1), look(Http2End.AS_HTTP1))
    assert "HTTP/1.1 gets 401" in given.fail(http2_fails, answer=broken, public=public).message


def test_the_remedy_speaks_of_what_broke_it(given: Given) -> None:
    public = PublicAnswer(given.asks(URL))
    as_http1 = answer(look(Http2End.AS_HTTP1), look(Http2End.AS_HTTP1))
    fail = given.fail(http2_fails, answer=as_http1, public=public, rb=given.rb("registry_nginx['enable'] = true\n"))
    assert "passes the bytes on to a server of HTTP/1.1" in fail.remedy[Dialect.PLAIN].text
    assert f"curl -si --http2 {URL}/v2/" in fail.remedy[Dialect.PLAIN].commands
    assert "registry_nginx['http2_enabled'] = false" in fail.remedy[Dialect.OMNIBUS].commands
