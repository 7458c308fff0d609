"""A Location that leads to an inner name is a finding; one that leads to another public name need not be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.checks.proxy.location_shows_upstream import location_shows_upstream
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.upload_start import UploadStart

if TYPE_CHECKING:
    from tests.checks.conftest import Given


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
