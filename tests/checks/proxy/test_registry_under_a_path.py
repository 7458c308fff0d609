"""A registry below /registry/ alone is found by nobody, and http.prefix does not help."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Fail, Pass, Skip
from regdoctor.checks.proxy.registry_under_a_path import registry_under_a_path

if TYPE_CHECKING:
    from tests.checks.proxy.conftest import Proxied


def test_a_location_below_a_path_is_a_finding(proxied: Proxied) -> None:
    text = proxied.server("rewrite ^/registry/(.*) /$1 break;", location="/registry/")
    fail = proxied.one(registry_under_a_path, text, config=proxied.config())
    assert isinstance(fail, Fail)
    assert fail.resource == "registry.example.com location /registry/"
    assert fail.evidence[0].quote == "location /registry/ {"


def test_beside_v2_another_path_does_no_harm(proxied: Proxied) -> None:
    text = proxied.server() + proxied.server(location="/registry/", listen="8443 ssl")
    assert isinstance(proxied.one(registry_under_a_path, text, config=proxied.config()), Pass)


def test_the_path_of_something_else_is_none_of_it(proxied: Proxied) -> None:
    config = proxied.config("http: {addr: '127.0.0.1:5055'}")
    assert isinstance(proxied.one(registry_under_a_path, proxied.server(location="/app/"), config=config), Skip)


def test_a_prefix_that_nginx_does_not_put_there_is_a_finding(proxied: Proxied) -> None:
    config = proxied.config("http:\n  addr: 127.0.0.1:5000\n  prefix: /registry/\n")
    fail = proxied.one(registry_under_a_path, proxied.server(), config=config)
    assert (fail.resource, fail.evidence[0].line) == ("http.prefix", 3)


@pytest.mark.parametrize("prefix", ["/", "''"])
def test_no_prefix_passes(proxied: Proxied, prefix: str) -> None:
    config = proxied.config(f"http: {{addr: '127.0.0.1:5000', prefix: {prefix}}}")
    assert isinstance(proxied.one(registry_under_a_path, proxied.server(), config=config), Pass)
