"""HTTP/3 with $http_host is a warning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Fail, Pass
from regdoctor.checks.proxy.http_host_under_http3 import http_host_under_http3

if TYPE_CHECKING:
    from tests.checks.proxy.conftest import Proxied


def test_quic_with_http_host_is_a_finding(proxied: Proxied) -> None:
    fail = proxied.one(http_host_under_http3, proxied.server(listen="443 ssl,443 quic reuseport"))
    assert isinstance(fail, Fail)
    assert [quote.quote for quote in fail.evidence][:2] == [
        "proxy_set_header Host $http_host;",
        "listen 443 quic reuseport;",
    ]


@pytest.mark.parametrize("listen", ["443 ssl", "443 ssl http2"])
def test_without_quic_it_passes(proxied: Proxied, listen: str) -> None:
    assert isinstance(proxied.one(http_host_under_http3, proxied.server(listen=listen)), Pass)


def test_another_host_passes(proxied: Proxied) -> None:
    text = proxied.server("proxy_set_header Host $host:$server_port;", listen="443 ssl,443 quic")
    assert isinstance(proxied.one(http_host_under_http3, text), Pass)


def test_relative_locations_need_no_host(proxied: Proxied) -> None:
    config = proxied.config("http: {addr: ':5000', relativeurls: true}")
    text = proxied.server(listen="443 ssl,443 quic")
    assert isinstance(proxied.one(http_host_under_http3, text, config=config), Pass)
