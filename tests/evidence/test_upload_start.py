"""A Location is resolved as clients resolve it."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.upload_start import UploadStart, port_of

ASKED = Endpoint("https://registry.example.com:5050", Quote("command line", "--registry"))


def _start(location: str) -> UploadStart:
    exchange = Exchange("POST", f"{ASKED.url}/v2/a/blobs/uploads/", status=202)
    return UploadStart(ASKED, exchange, location, True, None)


@pytest.mark.parametrize(
    ("location", "relative", "scheme"),
    [
        ("/v2/a/blobs/uploads/1", True, ""),
        ("/v2/a:b/uploads/1?x=http://y", True, ""),
        ("1?state=x", True, ""),
        ("//other.example.com/v2/", False, ""),
        ("https://h/v2/", False, "https"),
        ("HTTP://h/v2/", False, "http"),
        ("https,http://h/v2/", False, "https,http"),
    ],
)
def test_relative_means_without_scheme_and_host(location: str, relative: bool, scheme: str) -> None:
    assert _start(location).relative is relative
    assert _start(location).written_scheme == scheme


@pytest.mark.parametrize(
    ("location", "leads_to"),
    [
        ("/v2/x", "https://registry.example.com:5050/v2/x"),
        ("//h/v2/x", "https://h/v2/x"),
        ("http://h:1/v2/x", "http://h:1/v2/x"),
    ],
)
def test_it_leads_where_a_client_goes(location: str, leads_to: str) -> None:
    assert _start(location).leads_to.geturl() == leads_to
    assert _start(location).unusable == ""


@pytest.mark.parametrize(
    "location",
    ["http://[::1/", "https,http://h/v2/", "mailto:x@y", "https://h:port/", "https:///v2/", "https://h:99999/"],
)
def test_what_no_client_can_follow_is_unusable(location: str) -> None:
    assert location in _start(location).unusable


@given(st.text(max_size=40))
def test_no_location_raises(location: str) -> None:
    start = _start(location)
    assert isinstance(start.unusable, str)
    assert isinstance(start.relative, bool)
    if not start.unusable:
        assert start.leads_to.hostname


@pytest.mark.parametrize(
    ("url", "port"),
    [("https://h", 443), ("http://h", 80), ("http://h:5000", 5000), ("x://h", None), ("http://h:x", None)],
)
def test_the_port_is_the_schemes_own_where_none_is_written(url: str, port: int | None) -> None:
    assert port_of(urlsplit(url)) == port
