"""localhost is ::1, too, where /etc/hosts says so, and the registry may listen on IPv4 only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.check import Fail, Pass
from regdoctor.checks.proxy.upstream_is_localhost import upstream_is_localhost

if TYPE_CHECKING:
    from tests.checks.proxy.conftest import Proxied


HOSTS = "127.0.0.1 localhost\n::1 localhost ip6-localhost\n"


def test_localhost_with_an_ipv6_address_is_a_finding(proxied: Proxied) -> None:
    nginx = proxied.read(proxied.server("proxy_pass http://localhost:5000;"), hosts=HOSTS)
    fail = proxied.one(upstream_is_localhost, nginx, config=proxied.config())
    assert isinstance(fail, Fail)
    assert [quote.quote for quote in fail.evidence] == [
        "proxy_pass http://localhost:5000;",
        "http.addr: 127.0.0.1:5000",
        "::1 localhost ip6-localhost",
    ]


def test_a_server_of_an_upstream_counts(proxied: Proxied) -> None:
    text = "upstream r { server localhost:5000; }\n" + proxied.server("proxy_pass http://r;")
    fail = proxied.one(upstream_is_localhost, proxied.read(text, hosts=HOSTS), config=proxied.config())
    assert fail.evidence[0].quote == "server localhost:5000;"


def test_without_such_a_line_it_passes(proxied: Proxied) -> None:
    nginx = proxied.read(proxied.server("proxy_pass http://localhost:5000;"), hosts="127.0.0.1 localhost\n")
    assert isinstance(proxied.one(upstream_is_localhost, nginx, config=proxied.config()), Pass)


def test_a_registry_on_all_addresses_passes(proxied: Proxied) -> None:
    nginx = proxied.read(proxied.server("proxy_pass http://localhost:5000;"), hosts=HOSTS)
    assert isinstance(proxied.one(upstream_is_localhost, nginx, config=proxied.config("http: {addr: ':5000'}")), Pass)


def test_an_address_passes(proxied: Proxied) -> None:
    nginx = proxied.read(proxied.server(), hosts=HOSTS)
    assert isinstance(proxied.one(upstream_is_localhost, nginx, config=proxied.config()), Pass)
