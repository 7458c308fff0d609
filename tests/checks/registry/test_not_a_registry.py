"""What surely is no registry's answer is a finding; what registries and their proxies may answer is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.registry.not_a_registry import not_a_registry
from regdoctor.evidence.exchange import FailureKind
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import exchanged

if TYPE_CHECKING:
    from regdoctor.evidence.answers import Ping
    from tests.checks.conftest import Given

PAGE = b"<!DOCTYPE html><html></html>"
LOGIN = ("Location", "https://gitlab.example.com/users/sign_in")
HTML = ("Content-Type", "text/html; charset=utf-8")
JSON = ("Content-Type", "application/json")
TEXT = ("Content-Type", "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    ("status", "headers", "body", "modes"),
    [
        (200, [HTML], PAGE, ("PROXY-16",)),
        (200, [], PAGE, ("PROXY-16",)),
        (302, [HTML, LOGIN], b"", ("PROXY-16",)),
        (302, [("Location", "http://[::1/v2/")], b"", ("PROXY-16",)),
        (401, [HTML], PAGE, ("PROXY-16",)),
        (404, [JSON], b'{"message":"404 Not Found"}', ("PROXY-16", "PROXY-13")),
        (404, [JSON], b'{"errors":[{"code":"not_found","message":"no"}]}', ("PROXY-16", "PROXY-13")),
        (404, [TEXT], b"404 page not found\n", ("PROXY-16", "PROXY-13")),
        (405, [HTML], PAGE, ("PROXY-16",)),
    ],
)
def test_another_servers_answer_is_a_finding(
    given: Given, status: int, headers: list[tuple[str, str]], body: bytes, modes: tuple[str, ...]
) -> None:
    ping = given.ping(given.public_url, status, *headers, body=body)
    fail = given.fail(not_a_registry, public=given.public(ping))
    assert fail.failure_modes == modes
    assert f"gives {status}" in fail.message
    assert fail.resource == given.public_url


def test_a_redirect_is_shown_with_where_it_leads(given: Given) -> None:
    fail = given.fail(not_a_registry, public=given.public(given.ping(given.public_url, 302, LOGIN)))
    assert "to https://gitlab.example.com/users/sign_in" in fail.message
    assert "Location: https://gitlab.example.com/users/sign_in" in fail.evidence[0].quote


def test_the_real_registry_is_named_where_it_answers(given: Given) -> None:
    page = given.public(given.ping(given.public_url, 200, HTML, body=PAGE))
    fail = given.fail(not_a_registry, public=page, internal=given.internal(given.asks(given.inner_url)))
    assert len(fail.evidence) == 2
    assert any(given.inner_url in remedy.text for remedy in fail.remedy.values())


@pytest.mark.parametrize("name", ["asks", "open", "unhealthy"])
def test_a_registry_passes(given: Given, name: str) -> None:
    assert given.passes(not_a_registry, public=given.public(getattr(given, name)()))


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, [JSON], b"{}"),
        (401, [("WWW-Authenticate", 'Bearer realm="https://auth",service="s"')], b""),
        (401, [JSON], b'{"errors":[{"code":"UNAUTHORIZED","message":"unauthorized"}]}'),
        (429, [JSON], b'{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}'),
    ],
)
def test_an_oci_registry_needs_no_api_header(
    given: Given, status: int, headers: list[tuple[str, str]], body: bytes
) -> None:
    assert given.passes(not_a_registry, public=given.public(given.ping(given.public_url, status, *headers, body=body)))


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, [], b""),
        (200, [TEXT], b"true"),
        (401, [HTML, ("WWW-Authenticate", 'Basic realm="nginx"')], PAGE),
        (301, [("Location", "https://registry.example.com/v2/")], b""),
        (403, [HTML], PAGE),
        (429, [HTML], PAGE),
        (500, [HTML], PAGE),
        (400, [HTML], b"<html>The plain HTTP request was sent to HTTPS port"),
    ],
)
def test_what_may_stand_before_a_registry_is_unknown(
    given: Given, status: int, headers: list[tuple[str, str]], body: bytes
) -> None:
    ping = given.ping(given.public_url, status, *headers, body=body)
    assert str(status) in given.unknown(not_a_registry, public=given.public(ping))


def test_a_gateway_error_is_another_matter(given: Given) -> None:
    assert "registry_unreachable" in given.skips(not_a_registry, public=given.public(given.gateway()))


def test_silence_is_unknown(given: Given) -> None:
    given.unknown(not_a_registry, public=given.public(given.refused(given.public_url)))


def test_tls_that_fails_is_not_taken_for_the_400_of_plain_http(given: Given) -> None:
    plain = given.ping("http://h:443", 400, HTML, body=b"<html>The plain HTTP request was sent to HTTPS port")
    public = given.public(given.down("https://h", FailureKind.TLS), plain=plain)
    given.unknown(not_a_registry, public=public)


def test_gitlab_itself_at_the_registrys_address_is_known_by_its_dependency_proxy(given: Given) -> None:
    # What GitLab's own route for GET /v2/ answers: config/routes/group.rb, `groups/dependency_proxy_auth#authenticate`.
    challenge = 'Bearer realm="https://gitlab.example.com/jwt/auth",service="dependency_proxy"'
    ping = given.ping(given.public_url, 401, TEXT, ("WWW-Authenticate", challenge))
    fail = given.fail(not_a_registry, public=given.public(ping))
    assert "GitLab's own dependency proxy answers" in fail.message
    assert fail.failure_modes == ("PROXY-16",)
    assert 'service="dependency_proxy"' in fail.evidence[0].quote


def test_an_object_of_json_alone_does_not_make_a_registry(given: Given) -> None:
    ping = given.ping(given.public_url, 200, JSON, body=b'{"status":"ok"}')
    assert "not clear" in given.unknown(not_a_registry, public=given.public(ping))


@pytest.mark.parametrize("status", [403, 429])
def test_a_registry_that_turns_the_request_away_is_still_one(given: Given, status: int) -> None:
    code = {403: "DENIED", 429: "TOOMANYREQUESTS"}[status]
    body = f'{{"errors":[{{"code":"{code}","message":"no"}}]}}'.encode()
    assert given.passes(not_a_registry, public=given.public(given.ping(given.public_url, status, JSON, body=body)))


@pytest.mark.parametrize(
    ("location", "foreign"),
    [
        ("/v2/", False),
        ("https://elsewhere.example.com/v2/", False),
        ("/users/sign_in", True),
        ("https://sso.example.com/oauth2/start?rd=/v2/", True),
    ],
)
def test_a_redirect_is_foreign_unless_it_leads_to_the_api(given: Given, location: str, foreign: bool) -> None:
    public = given.public(given.ping(given.public_url, 302, ("Location", location)))
    if foreign:
        assert location in given.fail(not_a_registry, public=public).message
    else:
        assert location in given.unknown(not_a_registry, public=public)


def test_whoever_wrote_the_page_is_named(given: Given) -> None:
    page = b"<html>\r\n<center><h1>405</h1></center>\r\n<hr><center>nginx</center>\r\n</html>\r\n"
    fail = given.fail(not_a_registry, public=given.public(given.ping(given.public_url, 405, HTML, body=page)))
    assert fail.message.endswith("gives 405 with text/html (written by nginx)")
    assert "<" not in fail.message
    assert fail.evidence[1].quote == "<hr><center>nginx</center>"


def signed_page(given: Given, status: int, *more: tuple[str, str]) -> Ping:
    """A page of nginx that it did not get from elsewhere."""
    page = f"<html>\r\n<h1>{status}</h1>\r\n<hr><center>nginx/1.22.1</center>\r\n</html>\r\n".encode()
    return given.ping(given.public_url, status, HTML, *more, body=page)


@pytest.mark.parametrize(
    ("status", "modes"), [(403, ("PROXY-16", "PROXY-21")), (404, ("PROXY-16", "PROXY-13")), (500, ("PROXY-16",))]
)
@pytest.mark.parametrize("more", [(), (("Docker-Distribution-Api-Version", "registry/2.0"),)])
def test_a_page_that_another_signed_is_a_finding_whatever_header_is_added(
    given: Given, status: int, modes: tuple[str, ...], more: tuple[tuple[str, str], ...]
) -> None:
    fail = given.fail(not_a_registry, public=given.public(signed_page(given, status, *more)))
    assert fail.failure_modes == modes
    assert "written by nginx 1.22.1" in fail.message
    assert ("rule of nginx 1.22.1" in fail.remedy[Dialect.PLAIN].text) is (status == 403)


def test_a_password_that_a_proxy_asks_for_is_no_proof(given: Given) -> None:
    page = signed_page(given, 401, ("WWW-Authenticate", 'Basic realm="here"'))
    given.unknown(not_a_registry, public=given.public(page))


@pytest.mark.parametrize("status", [400, 429])
def test_what_a_proxy_says_of_one_request_is_no_proof(given: Given, status: int) -> None:
    given.unknown(not_a_registry, public=given.public(signed_page(given, status)))


def lost(given: Given, url: str) -> Ping:
    """What a registry answers to a path that it does not know."""
    return given.ping(url, 404, given.api, TEXT, body=b"404 page not found\n")


@pytest.mark.parametrize(
    ("inner", "why", "remedy"),
    [
        ("lost", "404 page not found; http.prefix moved it", "http.prefix"),
        ("asks", "the proxy asks it for another path", "proxy_pass"),
        ("", "http.prefix moved it below a path, or a proxy", "http.prefix"),
    ],
)
def test_a_registry_that_knows_no_v2_is_moved(given: Given, inner: str, why: str, remedy: str) -> None:
    looks = {"lost": lost(given, given.inner_url), "asks": given.asks(given.inner_url)}
    more = {"internal": given.internal(looks[inner])} if inner else {}
    fail = given.fail(not_a_registry, public=given.public(lost(given, given.public_url)), **more)
    assert fail.failure_modes == ("PROXY-13",)
    assert why in fail.message
    assert remedy in fail.remedy[Dialect.PLAIN].text


def test_a_redirect_to_https_is_told_with_the_address_to_examine(given: Given) -> None:
    redirect = given.ping("http://r.example.com:8080", 301, HTML, ("Location", "https://r.example.com:8443/v2/"))
    reason = given.unknown(not_a_registry, public=given.public(redirect))
    assert reason.endswith("examine that address (--registry https://r.example.com:8443)")


@pytest.mark.parametrize("location", ["https://[/v2/", "https:///v2/", "http://r.example.com/v2/"])
def test_a_redirect_that_leads_nowhere_by_https_names_no_address(given: Given, location: str) -> None:
    redirect = given.ping("http://r.example.com", 301, ("Location", location))
    (outcome,) = given.outcomes(not_a_registry, public=given.public(redirect), internal=given.no_such)
    assert "--registry" not in str(outcome)


def test_a_page_at_v2_is_told_in_traffic() -> None:
    html = (("Content-Type", "text/html"),)
    [fail] = seen(not_a_registry, exchanged("GET /v2/", 404, html, PAGE))
    assert fail.message.startswith("What answers at https://registry.example.com is not the registry")


def test_registries_browsers_and_other_paths_are_not_told() -> None:
    html = (("Content-Type", "text/html"),)

    assert not seen(not_a_registry, exchanged("GET /v2/", 401), exchanged("GET /v2/", 200, (), b"{}"))
    assert not seen(not_a_registry, exchanged("GET /v2/", 200, html, PAGE, agent="Mozilla/5.0 (X11)"))
    assert not seen(not_a_registry, exchanged("GET /v2/a/tags/list", 404, html, PAGE))
    assert not seen(not_a_registry, exchanged("GET /v2/", 502, html, PAGE))
    assert not seen(not_a_registry, exchanged("GET /api/v2/", 404, html, PAGE))
