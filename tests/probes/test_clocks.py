"""Reading the clocks of the parts from their Date headers."""

from __future__ import annotations

import email.utils
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from regdoctor.check import Dialect, Quote
from regdoctor.evidence.clocks import Clocks
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.token_source import TokenSource
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes import clocks as module
from regdoctor.redaction import Secret
from regdoctor.target import Login

NONE = Absent("not there")


@pytest.fixture
def ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the servers of the test two hours fast."""
    monkeypatch.setattr(
        BaseHTTPRequestHandler,
        "date_time_string",
        lambda *_: email.utils.formatdate(time.time() + 7200, usegmt=True),
    )


def gather(
    door: Http,
    registry: str | None = None,
    realm: str | None = None,
    config: RegistryConfig | Absent = NONE,
    source: TokenSource | Absent = NONE,
) -> Clocks:
    """The probe's answer."""
    at = [Endpoint(url, Quote("", "")) if url else None for url in (registry, realm)]
    found = module.clocks.gather(
        Endpoints(at[0], None, None, at[1]), door, config, Installation(None, Dialect.PLAIN, live=True), source
    )
    assert isinstance(found, Clocks)
    return found


def store(url: str) -> RegistryConfig:
    """A registry that keeps its blobs at `url`."""
    return parse_registry_config(f"storage: {{s3: {{regionendpoint: '{url}', bucket: b}}}}".encode(), "c")


def test_each_partys_clock_is_read_with_its_uncertainty(serve: Callable[..., Any], door: Http, ahead: None) -> None:
    server = serve(lambda _: (401, {}, b""))
    found = gather(door, server.url, f"{server.url}/jwt/auth", store(server.url))
    for reading in (found.registry, found.gitlab, found.object_store):
        assert reading is not None
        assert abs(reading.offset - 7200) <= reading.uncertainty
    assert sorted(server.asked()) == ["GET /v2/", "HEAD /", "HEAD /jwt/auth"]
    assert all("Authorization" not in one.headers for one in server.seen)


@pytest.mark.parametrize(
    ("path", "whose"),
    [
        ("/jwt/auth", "GitLab"),
        ("/gitlab/jwt/auth", "GitLab"),
        ("/service/token", "token service"),
        ("", "token service"),
    ],
)
def test_the_token_service_is_gitlab_by_its_path(
    serve: Callable[..., Any], door: Http, dead_url: str, path: str, whose: str
) -> None:
    server = serve(lambda _: (401, {}, b""))
    read = gather(door, realm=f"{server.url}{path}").gitlab
    assert read is not None
    assert (read.whose, read.direct) == (whose, False)
    assert gather(door, server.url, f"{dead_url}{path}").why_unread(whose)


@pytest.mark.parametrize(
    ("public", "internal", "direct"),
    [
        ("http://registry.example.com", "http://10.0.0.7:5000", True),
        (None, "http://127.0.0.1:5000", True),
        ("http://127.0.0.1:5050", None, True),
        ("https://[::1]:5050", None, True),
        ("https://localhost:5050", None, True),
        ("https://registry.localhost", None, True),
        ("https://registry.example.com", None, False),
        ("https://10.0.0.7", None, False),
        ("https://localhost.example.com", None, False),
    ],
)
def test_a_registry_is_asked_directly_at_its_own_address_or_on_this_host(
    monkeypatch: pytest.MonkeyPatch, door: Http, public: str | None, internal: str | None, direct: bool
) -> None:
    def answer(_: Http, method: str, url: str, **__: Any) -> Exchange:
        return Exchange(method, url, status=401, headers=(("Date", "Tue, 14 Nov 2023 22:13:20 GMT"),))

    monkeypatch.setattr(Http, "send", answer)
    at = [Endpoint(url, Quote("", "")) if url else None for url in (public, internal)]
    found = module.clocks.gather(Endpoints(at[0], at[1], None, None), door, NONE, NONE, NONE)
    assert found.registry is not None
    assert found.registry.direct is direct


def challenge(realm: str, *, scheme: str = "bearer", needed: bool = True) -> TokenSource:
    """What the registry's challenge tells, with a login beside it."""
    login = Login("user", Secret("a password", "password"))
    return TokenSource(needed, "https://r.example.com", realm, "s", scheme, login)


def test_from_outside_the_challenge_names_the_token_service_and_it_gets_no_password(
    serve: Callable[..., Any], door: Http, ahead: None
) -> None:
    server = serve(lambda _: (401, {}, b""))
    found = gather(door, server.url, source=challenge(f"{server.url}/jwt/auth"))
    assert found.gitlab is not None
    assert (found.gitlab.whose, round(found.gitlab.offset / 10)) == ("GitLab", 720)
    assert sorted(server.asked()) == ["GET /v2/", "HEAD /jwt/auth"]
    assert all("Authorization" not in one.headers for one in server.seen)


def test_what_the_files_say_comes_before_the_challenge(serve: Callable[..., Any], door: Http, dead_url: str) -> None:
    server = serve(lambda _: (401, {}, b""))
    assert gather(door, server.url, server.url, source=challenge(f"{dead_url}/jwt/auth")).gitlab is not None


def test_a_challenge_that_names_no_token_service_leaves_it_unasked(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (401, {}, b""))
    odd = (challenge("here", scheme="basic"), challenge("http://[bad"), challenge("", needed=False))
    for source in odd:
        found = gather(door, server.url, source=source)
        assert (found.gitlab, found.unread) == (None, ())


def test_they_are_asked_side_by_side(serve: Callable[..., Any], door: Http) -> None:
    together = threading.Barrier(3, timeout=5)

    def route(_: Any) -> Any:
        together.wait()
        return 200, {}, b""

    server = serve(route)
    assert gather(door, server.url, server.url, store(server.url)).unread == ()


def test_what_cannot_be_read_is_told_and_the_rest_is_read(serve: Callable[..., Any], door: Http, dead_url: str) -> None:
    server = serve(lambda _: (200, {"Age": "30"}, b""))
    good = serve(lambda _: (200, {}, b""))
    found = gather(door, good.url, f"{dead_url}/jwt/auth", store(server.url))
    assert found.registry is not None
    assert (found.gitlab, found.object_store) == (None, None)
    gitlab, kept = found.unread
    assert gitlab.startswith("GitLab (HEAD http://127.0.0.1:9/jwt/auth): ")
    assert "connection refused" in gitlab
    assert kept.startswith("object store (")
    assert kept.endswith("no Date header that can be trusted")


def test_no_clock_at_all_is_said_and_no_odd_address_breaks_it(door: Http, dead_url: str) -> None:
    with pytest.raises(CouldNotGatherError, match=r"no clock could be read: registry .*; object store "):
        gather(door, dead_url, None, store("http://[bad"))
    with pytest.raises(CouldNotGatherError, match="nothing to ask"):
        gather(door)


def test_requests_side_by_side_fit_into_the_limit() -> None:
    assert module.clocks.limit > module._DEADLINE
