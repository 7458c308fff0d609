"""An address that nothing can listen on is a finding, with the one that was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Pass, Severity, Unknown
from regdoctor.checks.registry.http_address_malformed import http_address_malformed

if TYPE_CHECKING:
    from tests.checks.conftest import Given


@pytest.mark.parametrize(
    ("address", "problem", "meant"),
    [
        ("5000", "missing port", ":5000"),
        ("127.0.0.1", "missing port", "127.0.0.1:5000"),
        ("http://127.0.0.1:5000", "too many colons", "127.0.0.1:5000"),
        ("'::1:5000'", "too many colons", "[::1]:5000"),
        ("':99999'", "invalid port", ":5000"),
        ("localhost:5O00", "unknown port", "localhost:5000"),
    ],
)
def test_a_malformed_address_is_a_finding(given: Given, address: str, problem: str, meant: str) -> None:
    (fail,) = given.fails(http_address_malformed, config=given.config(f"http:\n  addr: {address}\n"))

    assert problem in fail.message
    assert [quote.line for quote in fail.evidence] == [2]
    assert fail.remedy[Dialect.OMNIBUS].commands[0] == f"registry['registry_http_addr'] = \"{meant}\""


def test_the_debug_server_is_judged_too(given: Given) -> None:
    config = given.config("http: {addr: ':5000', debug: {addr: '5001'}}")
    (fail,) = given.fails(http_address_malformed, config=config)

    assert fail.resource == "http.debug.addr"


@pytest.mark.parametrize("address", ["''", "'127.0.0.1:'"])
def test_without_a_port_another_is_taken_at_each_start(given: Given, address: str) -> None:
    (fail,) = given.fails(http_address_malformed, config=given.config(f"http: {{addr: {address}}}"))

    assert fail.severity is Severity.ERROR
    assert "at each start" in fail.message


@pytest.mark.parametrize(("net", "meant"), [("tcp4", "tcp"), ("TCP", "tcp"), ("unixpacket", "unix"), ("udp", "tcp")])
def test_another_kind_of_network_is_a_finding(given: Given, net: str, meant: str) -> None:
    config = given.config(f"http: {{net: {net}, addr: ':5000'}}")
    (fail,) = given.fails(http_address_malformed, config=config)

    assert fail.resource == "http.net"
    assert f"net: {meant}" in fail.remedy[Dialect.PLAIN].commands[0]


@pytest.mark.parametrize(
    "http",
    [
        "{addr: ':5000'}",
        "{addr: 'localhost:5000', debug: {addr: 'localhost:5001'}}",
        "{net: unix, addr: /run/registry.sock}",
        "{net: tcp, addr: '[::1]:5000', debug: {addr: ''}}",
        "{}",
    ],
)
def test_what_go_listens_on_passes(given: Given, http: str) -> None:
    (found,) = given.outcomes(http_address_malformed, config=given.config(f"http: {http}"))

    assert isinstance(found, Pass)


def test_a_template_is_not_judged(given: Given) -> None:
    (found,) = given.outcomes(http_address_malformed, config=given.config("http: {addr: ':${PORT}'}"))

    assert isinstance(found, Unknown)
