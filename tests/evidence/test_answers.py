"""A registry's answer is told from what proxies and other servers answer."""

from __future__ import annotations

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.answers import Ping, PublicAnswer
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind

ENDPOINT = Endpoint("https://registry.example.com", Quote("command line", "--registry"))
WANTS_TLS = b"<html><center>The plain HTTP request was sent to HTTPS port</center></html>"


def _ping(status: int, *headers: tuple[str, str], body: bytes = b"") -> Ping:
    return Ping(ENDPOINT, Exchange("GET", f"{ENDPOINT.url}/v2/", status=status, headers=headers, body=body))


def _failed(kind: FailureKind) -> Ping:
    return Ping(ENDPOINT, Exchange("GET", f"{ENDPOINT.url}/v2/", failure=Failure(kind, kind.value)))


@pytest.mark.parametrize(
    "ping",
    [
        _ping(200, body=b"{}"),
        _ping(401, ("docker-distribution-api-version", "registry/2.0")),
        _ping(401, body=b'{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}'),
        _ping(503, body=b'{"errors":[{"code":"UNAVAILABLE","message":"service unavailable"}]}'),
    ],
)
def test_a_registry_is_known_by_its_header_its_errors_or_its_empty_object(ping: Ping) -> None:
    assert ping.is_registry
    assert not ping.gateway_error


@pytest.mark.parametrize(
    "ping",
    [
        _ping(200, body=b"<html>"),
        _ping(200, body=b""),
        _ping(200, body=b'{"status":"ok"}'),
        _ping(404, body=b"{}"),
        _ping(404, body=b'{"errors":[{"title":"Not found"}]}'),
        _ping(404, body=b'{"errors":[{"code":"not-found","message":"no"}]}'),
        _failed(FailureKind.REFUSED),
    ],
)
def test_other_answers_are_no_registrys(ping: Ping) -> None:
    assert not ping.is_registry


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateways_error_is_known(status: int) -> None:
    assert _ping(status, body=b"<html>").gateway_error
    assert not _ping(500, body=b"<html>").gateway_error


def test_every_challenge_is_read() -> None:
    ping = _ping(401, ("WWW-Authenticate", 'Bearer realm="r",service="s"'), ("www-authenticate", 'Basic realm="b"'))
    assert [(one.scheme, one.realm) for one in ping.challenges] == [("Bearer", "r"), ("Basic", "b")]


def test_the_best_look_is_the_one_that_got_furthest() -> None:
    failed, seen = _failed(FailureKind.TLS), _ping(200, body=b"{}")
    assert PublicAnswer(seen).best is seen
    assert PublicAnswer(failed, unverified=seen).best is seen
    assert PublicAnswer(failed, plain=seen).best is seen
    assert PublicAnswer(failed, plain=seen).speaks_plain_http is seen


def test_a_complaint_about_plain_http_is_no_look_at_the_registry() -> None:
    failed = _failed(FailureKind.TLS)
    answer = PublicAnswer(failed, plain=_ping(400, body=WANTS_TLS))
    assert answer.speaks_plain_http is None
    assert answer.best is failed
    assert not answer.answered


def test_answered_means_http_whatever_the_certificate() -> None:
    assert PublicAnswer(_failed(FailureKind.TLS), unverified=_ping(502)).answered
    assert not PublicAnswer(_failed(FailureKind.TLS)).answered


NGINX = b"<html>\r\n<h1>403</h1>\r\n<hr><center>nginx/1.22.1</center>\r\n</html>\r\n"
HTTPD = (
    b'<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>403 Forbidden</title>\n</head></html>'
)
HTML = ("Content-Type", "text/html")


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (NGINX, "nginx 1.22.1"),
        (NGINX.replace(b"/1.22.1", b""), "nginx"),
        (HTTPD, "Apache"),
        (HTTPD + b"<address>Apache/2.4.62 (Debian) Server at r Port 80</address>", "Apache 2.4.62"),
        (b"<html>Not for you.</html>", ""),
        (b'{"errors":[{"code":"DENIED","message":"no"}]}', ""),
    ],
)
def test_who_signed_a_page_is_told_in_two_words(body: bytes, signature: str) -> None:
    assert _ping(403, HTML, body=body).signature == signature


def test_the_header_makes_no_page_of_a_proxy_the_registrys() -> None:
    api = ("Docker-Distribution-Api-Version", "registry/2.0")
    assert not _ping(403, HTML, api, body=NGINX).is_registry
    assert _ping(502, HTML, api, body=NGINX).gateway_error
    assert _ping(404, ("Content-Type", "text/plain"), api, body=b"404 page not found\n").is_registry


@pytest.mark.parametrize(("status", "body", "lost"), [(404, b"404 page not found\n", True), (404, b"404", False)])
def test_a_path_that_go_does_not_know_is_told_by_the_whole_answer(status: int, body: bytes, lost: bool) -> None:
    assert _ping(status, body=body).knows_no_v2 is lost
