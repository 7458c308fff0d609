"""A Location that leads to an inner name is a finding; one that leads to another public name need not be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Pass, Unknown
from regdoctor.checks.proxy.location_shows_upstream import location_shows_upstream
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.upload_start import UploadStart
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.proxy.conftest import Proxied


def _start(given: Given, asked: str, base: str, upstream: str | None = None) -> UploadStart:
    said_by = given.asks().endpoint.said_by
    location = f"{base}/v2/a/blobs/uploads/4299c757"
    post = given.exchange(f"{asked}/v2/a/blobs/uploads/", 202, ("Location", location), method="POST")
    inner = Endpoint(upstream, said_by) if upstream else None
    return UploadStart(Endpoint(asked, said_by), post, location, True, inner)


@pytest.mark.parametrize(
    "base",
    [
        "https://127.0.0.1:5000",
        "https://111.111.111.111:5000",
        "https://backend",
        "https://localhost:5000",
        "https://[::1]:5000",
        "https://10.0.0.7",
    ],
)
def test_an_inner_name_or_an_address_is_a_finding(given: Given, base: str) -> None:
    fail = given.fail(location_shows_upstream, start=_start(given, "https://r.example.com", base))
    assert base.removeprefix("https://") in fail.message
    assert fail.resource == "https://r.example.com"


def test_the_registrys_own_name_is_a_finding(given: Given) -> None:
    start = _start(given, "https://r.example.com", "https://node7.example.com", "http://node7.example.com:5000")
    assert "the registry's own address" in given.fail(location_shows_upstream, start=start).message


@pytest.mark.parametrize("asked", ["https://r.internal.example.com", "https://10.0.0.7"])
def test_another_full_name_may_be_meant(given: Given, asked: str) -> None:
    reason = given.unknown(location_shows_upstream, start=_start(given, asked, "https://registry.example.com"))
    assert "registry.example.com" in reason


@pytest.mark.parametrize(
    ("asked", "base"),
    [
        ("https://r.example.com", "https://R.EXAMPLE.COM"),
        ("https://R.example.com", "https://r.example.com"),
        ("https://r.example.com:5050", "https://r.example.com"),
        ("https://r.example.com", ""),
        ("https://[2001:DB8::1]", "https://[2001:db8::1]"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("http://localhost:5000", "http://localhost:5000"),
    ],
)
def test_the_same_host_passes(given: Given, asked: str, base: str) -> None:
    assert given.passes(location_shows_upstream, start=_start(given, asked, base))


# By nginx's configuration, where no upload was started


def test_no_host_at_all_is_a_finding(proxied: Proxied) -> None:
    fail = proxied.one(location_shows_upstream, proxied.server(drop=("proxy_set_header Host",)))
    assert "sends no Host of its own, so the registry is told 127.0.0.1" in fail.message
    assert [quote.quote for quote in fail.evidence] == ["location /v2/ {", "proxy_pass http://127.0.0.1:5000;"]


def test_the_name_of_an_upstream_is_sent_as_host(proxied: Proxied) -> None:
    text = "upstream backend { server 127.0.0.1:5000; }\n" + proxied.server(
        "proxy_pass http://backend;", drop=("proxy_set_header Host",)
    )
    assert "is told backend" in proxied.one(location_shows_upstream, text).message


@pytest.mark.parametrize("value", ["$proxy_host", "localhost:5000", "192.0.2.7"])
def test_a_host_that_clients_do_not_know_is_a_finding(proxied: Proxied, value: str) -> None:
    fail = proxied.one(location_shows_upstream, proxied.server(f"proxy_set_header Host {value};"))
    assert fail.evidence[0].quote == f"proxy_set_header Host {value};"


@pytest.mark.parametrize("value", ["$http_host", "$host", "registry.example.com", "$host:$server_port"])
def test_the_clients_host_passes(proxied: Proxied, value: str) -> None:
    assert isinstance(proxied.one(location_shows_upstream, proxied.server(f"proxy_set_header Host {value};")), Pass)


def test_x_forwarded_host_comes_first(proxied: Proxied) -> None:
    text = proxied.server("proxy_set_header X-Forwarded-Host $http_host;", drop=("proxy_set_header Host",))
    assert isinstance(proxied.one(location_shows_upstream, text), Pass)


def test_another_full_name_cannot_be_told(proxied: Proxied) -> None:
    text = proxied.server("proxy_set_header Host inner.example.com;")
    assert isinstance(proxied.one(location_shows_upstream, text), Unknown)


@pytest.mark.parametrize(
    ("request_line", "status", "location", "told"),
    [
        ("POST /v2/a/blobs/uploads/", 202, "https://10.0.0.7:5000/v2/a/blobs/uploads/u", 1),
        ("PATCH /v2/a/blobs/uploads/u", 202, "http://registry:5000/v2/a/blobs/uploads/u", 1),
        ("POST /v2/a/blobs/uploads/", 202, "https://uploads.example.com/v2/a/blobs/uploads/u", 0),
        ("PUT /v2/a/blobs/uploads/u?digest=sha256:1", 201, "http://registry:5000/v2/a/blobs/sha256:1", 0),
        ("GET /v2/a/blobs/sha256:1", 307, "http://minio:9000/bucket/x?X-Amz-Algorithm=AWS4-HMAC-SHA256", 0),
    ],
)
def test_an_inner_name_is_told_in_traffic_where_clients_go_on_there(
    request_line: str, status: int, location: str, told: int
) -> None:
    assert len(seen(location_shows_upstream, exchanged(request_line, status, (("Location", location),)))) == told
