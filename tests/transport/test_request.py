"""What cannot be sent is refused before the network is touched."""

from __future__ import annotations

import pytest

from regdoctor.evidence.exchange import FailureKind
from regdoctor.http import Http, TrustedCAs
from regdoctor.redaction import Secret

NOBODY = "http://127.0.0.1:1/"
"""Where nothing listens: a request that was sent would be told as refused by the host."""


@pytest.fixture
def door() -> Http:
    return Http(TrustedCAs())


@pytest.mark.parametrize(
    "url",
    [
        "ftp://registry.example/",
        "file:///etc/passwd",
        "registry.example:5000/v2/",
        "/v2/",
        "",
        "http://",
        "http://[::1/",
        "http://registry.example:99999/",
        "http://registry.example:x/",
        "http://registry.example:0/",
        "http://registry.example/a b",
        "http://registry.example/\r\nHost: other",
        "https://me:hunter-two@registry.example/",
        "http://.registry.example/",
        "http://*.registry.example/",
    ],
)
def test_url_that_cannot_be_used_is_a_failure_and_is_not_shown_with_secrets(door: Http, url: str) -> None:
    exchange = door.send("GET", url)
    assert exchange.failure is not None
    assert exchange.failure.kind is FailureKind.SCHEME
    assert "hunter-two" not in repr(exchange) + exchange.failure.message
    assert "\n" not in exchange.quote().quote


@pytest.mark.parametrize(
    "header",
    [
        ("X-A", "b\r\nX-Injected: c"),
        ("X-A", "b\nc"),
        ("X-A", "b\x00c"),
        ("X-A", "snow ☃"),
        ("X-A", " leading"),
        ("X A", "b"),
        ("X-A:\r\nX-B", "c"),
        ("", "b"),
    ],
)
def test_header_that_http_forbids_is_refused_before_connecting(door: Http, header: tuple[str, str]) -> None:
    failure = door.send("GET", NOBODY, headers=[header]).failure
    assert failure is not None
    assert failure.kind is FailureKind.PROTOCOL
    assert "\n" not in failure.message


def test_token_with_a_line_end_is_refused_before_connecting(door: Http) -> None:
    failure = door.send("GET", NOBODY, bearer=Secret("token\r\nX: y", "token")).failure
    assert failure is not None
    assert failure.kind is FailureKind.PROTOCOL


def test_two_kinds_of_credentials_are_a_mistake_of_the_caller(door: Http) -> None:
    secret = Secret("some-secret", "token")
    with pytest.raises(ValueError, match="one Authorization"):
        door.send("GET", "https://registry.example/", bearer=secret, basic=("me", secret))


def test_method_that_is_none_is_a_mistake_of_the_caller(door: Http) -> None:
    with pytest.raises(ValueError, match="method"):
        door.send("GET / HTTP/1.1\r\nX:", "https://registry.example/")


def test_socks_proxy_is_refused_in_words(door: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "socks5://me:socks-password@127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")
    failure = door.send("GET", "https://registry.example/v2/").failure
    assert failure is not None
    assert failure.kind is FailureKind.SCHEME
    assert "SOCKS" in failure.message
