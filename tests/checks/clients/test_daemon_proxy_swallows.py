"""The proxy is at fault where the registry answers without it and not by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.clients.daemon_proxy_swallows import daemon_proxy_swallows
from regdoctor.distribution.go_proxies import parse_proxy
from regdoctor.evidence.daemon_proxies import DaemonProxies, DaemonProxyAnswer, proxy_variable
from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.formats.located import Located, Place

if TYPE_CHECKING:
    from tests.checks.conftest import Given

DROP_IN = "/etc/systemd/system/docker.service.d/proxy.conf"
PROXY = "http://proxy.example.com:3128"
VARIABLE = proxy_variable(PROXY, Located("", Place(DROP_IN, 2), "HTTPS_PROXY"))
EXCEPTIONS = proxy_variable("localhost,", Located("", Place(DROP_IN, 3), "NO_PROXY"))


def answer(given: Given, proxied: Exchange, direct: Exchange | None = None) -> DaemonProxyAnswer:
    """Both looks; the direct one finds the registry where nothing else is said."""
    address, ping = parse_proxy(PROXY), given.asks()
    assert address is not None
    return DaemonProxyAnswer(ping.endpoint, VARIABLE, address, proxied, direct or ping.exchange)


def proxies(*, exceptions: bool = True) -> DaemonProxies:
    """The daemon's variables."""
    return DaemonProxies({"HTTPS_PROXY": VARIABLE, **({"NO_PROXY": EXCEPTIONS} if exceptions else {})})


def test_a_proxy_that_leads_to_the_registry_passes(given: Given) -> None:
    assert given.passes(daemon_proxy_swallows, answer=answer(given, given.asks().exchange), proxies=proxies())


@pytest.mark.parametrize(
    ("kind", "message", "words"),
    [
        (FailureKind.UNREACHABLE, "Tunnel connection failed: 403 Forbidden", "403 Forbidden"),
        (FailureKind.REFUSED, "proxy.example.com:3128: connection refused", "connection refused"),
    ],
)
def test_a_proxy_that_refuses_is_named_with_both_looks(
    given: Given, kind: FailureKind, message: str, words: str
) -> None:
    proxied = given.exchange(f"{given.public_url}/v2/", fails=(kind, message))
    fail = given.fail(daemon_proxy_swallows, answer=answer(given, proxied), proxies=proxies())

    assert words in fail.message
    assert [(quote.source, quote.line) for quote in fail.evidence[:2]] == [(DROP_IN, 2), (DROP_IN, 3)]
    assert len(fail.evidence) == 4
    assert 'Environment="NO_PROXY=localhost,registry.example.com"' in fail.remedy[Dialect.PLAIN].text


def test_the_page_of_a_proxy_is_not_the_registrys(given: Given) -> None:
    page = given.exchange(f"{given.public_url}/v2/", 503, given.html, ("Server", "squid/5.7"), body=b"<html>")
    fail = given.fail(daemon_proxy_swallows, answer=answer(given, page), proxies=proxies(exceptions=False))

    assert "answers 503 itself" in fail.message
    assert 'NO_PROXY=registry.example.com"' in fail.remedy[Dialect.PLAIN].text


def test_a_certificate_of_the_proxys_own_is_its_fault(given: Given) -> None:
    untrusted = given.exchange(f"{given.public_url}/v2/", fails=(FailureKind.TLS, "certificate not accepted"))
    fail = given.fail(daemon_proxy_swallows, answer=answer(given, untrusted), proxies=proxies())

    assert "a certificate of its own" in fail.message


def test_a_certificate_that_is_trusted_neither_way_is_not_the_proxys_fault(given: Given) -> None:
    untrusted = given.exchange(f"{given.public_url}/v2/", fails=(FailureKind.TLS, "certificate not accepted"))

    assert given.passes(daemon_proxy_swallows, answer=answer(given, untrusted, untrusted), proxies=proxies())


def test_a_registry_that_answers_neither_way_leaves_it_open(given: Given) -> None:
    down = given.refused().exchange

    assert "nor without it" in given.unknown(daemon_proxy_swallows, answer=answer(given, down, down), proxies=proxies())


def test_a_setting_of_daemon_json_is_mended_there(given: Given) -> None:
    said = proxy_variable(PROXY, Located("", Place("/etc/docker/daemon.json", 3), "proxies.https-proxy"))
    down = given.refused().exchange
    found = answer(given, down)
    told = DaemonProxyAnswer(found.endpoint, said, found.address, down, found.direct)
    fail = given.fail(daemon_proxy_swallows, answer=told, proxies=DaemonProxies({"HTTPS_PROXY": said}))

    assert '"no-proxy" of "proxies" to "registry.example.com"' in fail.remedy[Dialect.PLAIN].text
