"""A server may send the walk to other servers, and neither to this host's own services nor to its cloud's."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.evidence.hops import Asked, Purpose
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probes import hop_redirects
from regdoctor.probes.hop_redirects import behind, followed, go_on, target_of, trustworthy

FAR = Exchange("GET", "https://registry.example.com/v2/", status=307, peer="192.0.2.7:443")
NEAR = Exchange("GET", "http://localhost:5000/v2/", status=307, peer="127.0.0.1:5000")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names resolve to in this test; literal addresses are read by the system."""
    known: dict[str, list[str]] = {}

    def look_up(host: str, port: int, seconds: float) -> Any:
        if host not in known:
            return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in known[host]]

    monkeypatch.setattr(hop_redirects, "look_up", look_up)
    return known


class NoDoor(Http):
    """Fails where anything would be sent."""

    def __init__(self) -> None:
        """Trust nobody."""

    def send(self, method: str, url: str, **options: Any) -> Exchange:
        raise AssertionError(f"{method} {url} would be sent")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "127.1",
        "0x7f000001",
        "0",
        "0.0.0.0",
        "localhost",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "inside.example",
    ],
)
def test_a_server_elsewhere_leads_nobody_to_this_host(names: dict[str, list[str]], host: str) -> None:
    names |= {"inside.example": ["192.0.2.8", "127.0.0.1"], "localhost": ["127.0.0.1"]}

    told = go_on(NoDoor(), "GET", f"http://{host}/secret", FAR, (), 2.0, 100)

    assert isinstance(told, str)
    assert "means this very host or its cloud: not asked" in told


@pytest.mark.parametrize("answer", [FAR, NEAR])
@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "2852039166",
        "[::ffff:169.254.169.254]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "metadata.google.internal",
        "METADATA.google.internal.",
        "169-254-169-254.nip.io",
        "100.100.100.200",
        "168.63.129.16",
        "224.0.0.1",
    ],
)
def test_no_server_leads_to_a_clouds_own_services(names: dict[str, list[str]], host: str, answer: Exchange) -> None:
    names |= {
        "169-254-169-254.nip.io": ["169.254.169.254"],
        "metadata.google.internal": [],
        "metadata.google.internal.": [],
    }

    assert "not asked" in str(go_on(NoDoor(), "GET", f"http://{host}/latest/", answer, (), 2.0, 100))


def test_what_stands_for_no_host_is_not_asked(names: dict[str, list[str]]) -> None:
    names["127.0.0.1\\.example"] = ["192.0.2.8"]

    assert "which is no host" in str(go_on(NoDoor(), "GET", "http://127.0.0.1\\.example/", FAR, (), 2.0, 100))


def test_a_name_is_asked_at_the_address_that_was_judged(
    serve: Callable[..., Any], door: Http, names: dict[str, list[str]]
) -> None:
    server = serve(lambda one: (200, {}, b"found"))
    port = server.url.rpartition(":")[2]
    names["bucket.invalid"] = ["127.0.0.1"]

    exchange = go_on(door, "GET", f"http://bucket.invalid:{port}/x", NEAR, (("Accept", "a/b"),), 2.0, 100)

    assert isinstance(exchange, Exchange)
    assert (exchange.status, exchange.body) == (200, b"found")
    assert server.seen[0].headers["Host"] == f"bucket.invalid:{port}"
    assert server.seen[0].headers["Accept"] == "a/b"


def test_an_address_that_refuses_leaves_the_next_its_turn(
    serve: Callable[..., Any], door: Http, names: dict[str, list[str]]
) -> None:
    server = serve(lambda one: (200, {}, b""))
    names["bucket.invalid"] = ["127.0.0.9", "127.0.0.1"]

    exchange = go_on(door, "GET", f"http://bucket.invalid:{server.url.rpartition(':')[2]}/", NEAR, (), 2.0, 100)

    assert isinstance(exchange, Exchange)
    assert exchange.status == 200


def test_a_name_that_does_not_resolve_says_so(door: Http) -> None:
    exchange = go_on(door, "GET", "http://bucket.invalid/x", FAR, (), 2.0, 100)

    assert isinstance(exchange, Exchange)
    assert exchange.failure is not None
    assert exchange.failure.kind is FailureKind.NAME


def test_a_registry_that_was_met_on_loopback_may_lead_there(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda one: (200, {}, b""))
    met = Exchange("GET", "http://registry.test:5000/v2/", status=307, peer="127.0.0.1:5000")

    assert isinstance(go_on(door, "GET", server.url, met, (), 2.0, 100), Exchange)


@pytest.mark.parametrize(
    ("status", "location", "target"),
    [
        (307, "/v2/b", "https://registry.example.com/v2/b"),
        (302, "https://b.example/x", "https://b.example/x"),
        (307, "http://[", None),
        (200, "/v2/b", None),
        (304, "/v2/b", None),
    ],
)
def test_where_an_answer_sends_the_client(status: int, location: str, target: str | None) -> None:
    answer = Exchange("GET", FAR.url, status=status, headers=(("Location", location),))

    assert target_of(answer) == target


def test_a_redirect_is_followed_once_without_credentials(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda one: (307, {"Location": "/again"}, b""))
    first = Exchange("GET", f"{server.url}/v2/", status=307, headers=(("Location", "/there"),))

    (found,) = followed(door, Asked(Purpose.REQUEST, first, logged_in=True), (("Accept", "a/b"),), 2.0)

    assert server.asked() == ["GET /there"]
    assert (found.purpose, found.exchange.status, found.logged_in) == (Purpose.FOLLOWED, 307, False)


def source(realm: str, registry: str = "https://registry.example.com") -> TokenSource:
    return TokenSource(True, registry, realm, "s")


@pytest.mark.parametrize("realm", ["http://169.254.169.254/token", "http://2130706433/token", "http://inside/t?a=1"])
def test_a_realm_that_means_this_host_is_no_token_service(names: dict[str, list[str]], realm: str) -> None:
    names |= {"registry.example.com": ["192.0.2.7"], "inside": ["127.0.0.1"]}

    found = trustworthy(source(realm), None)

    assert isinstance(found, Absent)
    assert "not asked" in found.reason


@pytest.mark.parametrize(
    ("given", "ours"),
    [
        (source("https://gitlab.example.com/jwt/auth"), ""),
        (source("http://127.0.0.1:8080/jwt/auth"), "http://127.0.0.1:8080/jwt/auth"),
        (source("http://127.0.0.1:8080/jwt/auth", "http://localhost:5000"), ""),
        (source("http://gitlab.test/jwt/auth", "http://registry.test"), ""),
        (source("", "http://registry.test"), ""),
    ],
)
def test_other_realms_are_asked(names: dict[str, list[str]], given: TokenSource, ours: str) -> None:
    names |= {
        "registry.example.com": ["192.0.2.7"],
        "gitlab.example.com": ["10.0.0.7"],
        "registry.test": ["127.0.0.1"],
        "gitlab.test": ["127.0.0.1"],
    }

    found = trustworthy(given, Endpoint(ours, Quote("config.yml", "realm")) if ours else None)

    assert found == replace(given, configured=bool(ours))


def test_what_is_behind_a_redirect_is_asked_without_credentials(
    serve: Callable[..., Any], door: Http, names: dict[str, list[str]]
) -> None:
    server = serve(lambda one: (200, {}, b"found"))
    names["evil.example"] = ["127.0.0.1"]

    found = behind(door, Exchange("POST", f"{server.url}/a", status=301, headers=(("Location", "/b"),)), 2.0)
    assert found is not None
    assert (found.body, server.asked(), "Authorization" in server.seen[0].headers) == (b"found", ["GET /b"], False)
    assert behind(door, Exchange("GET", f"{server.url}/a", status=200), 2.0) is None
    far = Exchange("GET", FAR.url, status=302, headers=(("Location", "http://evil.example/"),))
    assert behind(door, far, 2.0) is None
    assert len(server.seen) == 1
