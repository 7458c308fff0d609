"""The path of proxy_pass takes the place of what the location matched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Fail, Pass, Unknown
from regdoctor.checks.proxy.proxy_pass_doubles_slash import proxy_pass_doubles_slash
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import API, PAGE, exchanged

if TYPE_CHECKING:
    from tests.checks.proxy.conftest import Proxied


@pytest.mark.parametrize(
    ("location", "path", "asked"),
    [
        ("/v2", "/v2/", "/v2//a/manifests/b"),
        ("/v2/", "/v2", "/v2a/manifests/b"),
        ("/v2/", "/", "/a/manifests/b"),
        ("/", "//", "//v2/a/manifests/b"),
    ],
)
def test_a_path_that_changes_what_is_asked_for_is_a_finding(
    proxied: Proxied, location: str, path: str, asked: str
) -> None:
    text = proxied.server(f"proxy_pass http://127.0.0.1:5000{path};", location=location)
    fail = proxied.one(proxy_pass_doubles_slash, text, config=proxied.config())
    assert isinstance(fail, Fail)
    assert f"makes {asked} of" in fail.message


def test_a_variable_with_a_path_asks_for_that_path_alone(proxied: Proxied) -> None:
    text = proxied.server("set $registry http://127.0.0.1:5000;", "proxy_pass $registry/v2/;")
    assert "makes /v2/ of" in proxied.one(proxy_pass_doubles_slash, text).message


@pytest.mark.parametrize(
    ("location", "path"), [("/", ""), ("/", "/"), ("/v2/", "/v2/"), ("/v2", "/v2"), ("/v2/", "$request_uri")]
)
def test_a_path_that_changes_nothing_passes(proxied: Proxied, location: str, path: str) -> None:
    text = proxied.server(f"proxy_pass http://127.0.0.1:5000{path};", location=location)
    assert isinstance(proxied.one(proxy_pass_doubles_slash, text, config=proxied.config()), Pass)


def test_a_rewrite_beside_it_cannot_be_told(proxied: Proxied) -> None:
    text = proxied.server("rewrite ^/v2/(.*) /$1 break;", "proxy_pass http://127.0.0.1:5000/;")
    assert isinstance(proxied.one(proxy_pass_doubles_slash, text), Unknown)


ASKED = "GET /v2/group/app/manifests/1"


@pytest.mark.parametrize(
    "location", ["/v2/group/app/manifests/1", "https://registry.example.com/v2/group/app/manifests/1"]
)
def test_a_redirect_to_what_was_asked_is_told_in_traffic(location: str) -> None:
    [fail] = seen(proxy_pass_doubles_slash, exchanged(ASKED, 301, (*API, ("Location", location))))
    assert "asks it for another path" in fail.message
    assert fail.resource == "https://registry.example.com"


@pytest.mark.parametrize(
    ("request_line", "location"),
    [
        ("GET /v2", "/v2/"),
        ("GET /v2//group/app/manifests/1", "/v2/group/app/manifests/1"),
        (ASKED, "https://other.example.com/v2/group/app/manifests/1"),
        ("GET http://registry.example.com/v2/", "https://registry.example.com/v2/"),
        (ASKED, "https://["),
        (ASKED, ""),
    ],
)
def test_in_traffic_a_redirect_to_somewhere_else_is_none(request_line: str, location: str) -> None:
    assert not seen(proxy_pass_doubles_slash, exchanged(request_line, 301, (*API, ("Location", location))))


def test_in_traffic_a_redirect_that_is_not_the_registrys_is_none() -> None:
    here = ("Location", "/v2/group/app/manifests/1")
    assert not seen(proxy_pass_doubles_slash, exchanged(ASKED, 301, (here,)))
    assert not seen(proxy_pass_doubles_slash, exchanged(ASKED, 301, (*API, here), PAGE))
    assert not seen(proxy_pass_doubles_slash, exchanged(ASKED, 308, (*API, here)))
