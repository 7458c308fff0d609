"""An entry that covers nothing is told, and one that covers something is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Severity
from regdoctor.checks.clients.no_proxy_malformed import no_proxy_malformed
from regdoctor.evidence.daemon_proxies import DaemonProxies, proxy_variable
from regdoctor.formats.located import Located, Place

if TYPE_CHECKING:
    from tests.checks.conftest import Given

DROP_IN = "/etc/systemd/system/docker.service.d/proxy.conf"
GITLAB = "registry: {host: registry.example.com, port: 5050}"


def proxies(no_proxy: str) -> DaemonProxies:
    """The daemon's variables."""
    values = {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": no_proxy}
    return DaemonProxies(
        {
            name: proxy_variable(value, Located("", Place(DROP_IN, line), name))
            for line, (name, value) in enumerate(values.items(), 2)
            if value
        }
    )


@pytest.mark.parametrize(
    "no_proxy", ["*", "localhost, 10.0.0.0/8,.example.com", "*.example.com", "registry.example.com:5050", "fd00::/8"]
)
def test_entries_that_cover_hosts_pass(given: Given, no_proxy: str) -> None:
    assert given.passes(no_proxy_malformed, proxies=proxies(no_proxy)) == no_proxy


def test_an_entry_with_a_scheme_is_a_warning_with_its_line(given: Given) -> None:
    fail = given.fail(no_proxy_malformed, proxies=proxies("localhost,https://other.example.com"))

    assert "'https://other.example.com'" in fail.message
    assert "scheme" in fail.message
    assert fail.severity is None
    assert [(quote.source, quote.line) for quote in fail.evidence] == [(DROP_IN, 3)]


def test_an_entry_that_means_the_registry_is_an_error(given: Given) -> None:
    fail = given.fail(
        no_proxy_malformed, proxies=proxies("localhost registry.example.com"), gitlab=given.gitlab(GITLAB)
    )

    assert fail.severity is Severity.ERROR
    assert "registry.example.com is not excepted" in fail.message
    assert len(fail.evidence) == 3


def test_each_entry_is_told(given: Given) -> None:
    assert len(given.fails(no_proxy_malformed, proxies=proxies("http://a,b/c,d"))) == 2


def test_without_exceptions_it_does_not_apply(given: Given) -> None:
    assert "no exception" in given.skips(no_proxy_malformed, proxies=proxies(""))
