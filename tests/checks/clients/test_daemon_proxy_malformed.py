"""An address that is none is told by what the daemon makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Severity
from regdoctor.checks.clients.daemon_proxy_malformed import daemon_proxy_malformed
from regdoctor.evidence.daemon_proxies import DaemonProxies, proxy_variable
from regdoctor.formats.located import Located, Place

if TYPE_CHECKING:
    from tests.checks.conftest import Given

PLACE = Place("/etc/default/docker", 7)


def proxies(**values: str) -> DaemonProxies:
    """The daemon's variables."""
    return DaemonProxies({name: proxy_variable(value, Located("", PLACE, name)) for name, value in values.items()})


@pytest.mark.parametrize(
    "text", ["http://proxy:3128", "https://u:geheim77@proxy", "proxy:3128", "socks5://proxy:1080", "10.0.0.1:3128"]
)
def test_an_address_that_go_takes_passes(given: Given, text: str) -> None:
    assert "geheim77" not in given.passes(daemon_proxy_malformed, proxies=proxies(HTTPS_PROXY=text))


@pytest.mark.parametrize(
    ("text", "host"), [("ftp://proxy:3128", "'ftp'"), ("http://proxy:31x28", "'http'"), ("htp://proxy", "'htp'")]
)
def test_a_scheme_that_is_taken_for_the_host_is_an_error(given: Given, text: str, host: str) -> None:
    fail = given.fail(daemon_proxy_malformed, proxies=proxies(HTTPS_PROXY=text))

    assert host in fail.message
    assert text in fail.message
    assert fail.severity is None
    assert [(quote.source, quote.line) for quote in fail.evidence] == [("/etc/default/docker", 7)]


def test_what_is_passed_over_is_a_warning(given: Given) -> None:
    fail = given.fail(daemon_proxy_malformed, proxies=proxies(HTTP_PROXY="pro xy:3128"))

    assert "no proxy" in fail.message
    assert fail.severity is Severity.WARNING


def test_exceptions_alone_do_not_make_it_apply(given: Given) -> None:
    assert "no proxy" in given.skips(daemon_proxy_malformed, proxies=proxies(NO_PROXY="x"))
