"""Forwarded without proto= hides X-Forwarded-Proto."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Fail, Pass, Unknown
from regdoctor.checks.proxy.forwarded_header_hides_scheme import forwarded_header_hides_scheme

if TYPE_CHECKING:
    from tests.checks.proxy.conftest import Proxied


def test_forwarded_without_proto_is_a_finding(proxied: Proxied) -> None:
    text = proxied.server('proxy_set_header Forwarded "for=$remote_addr";')
    fail = proxied.one(forwarded_header_hides_scheme, text)
    assert isinstance(fail, Fail)
    assert fail.evidence[0].quote == "proxy_set_header Forwarded for=$remote_addr;"


@pytest.mark.parametrize("value", ['"for=$remote_addr;proto=https"', "$http_forwarded", '""'])
def test_with_proto_or_not_sent_it_passes(proxied: Proxied, value: str) -> None:
    text = proxied.server(f"proxy_set_header Forwarded {value};")
    assert isinstance(proxied.one(forwarded_header_hides_scheme, text), Pass)


def test_without_tls_it_cannot_be_told(proxied: Proxied) -> None:
    text = proxied.server("proxy_set_header Forwarded for=$remote_addr;", drop=("proxy_set_header X-",), listen="80")
    assert isinstance(proxied.one(forwarded_header_hides_scheme, text), Unknown)


def test_a_fixed_location_passes(proxied: Proxied) -> None:
    config = proxied.config("http: {addr: ':5000', host: 'https://registry.example.com'}")
    text = proxied.server("proxy_set_header Forwarded for=$remote_addr;")
    assert isinstance(proxied.one(forwarded_header_hides_scheme, text, config=config), Pass)
