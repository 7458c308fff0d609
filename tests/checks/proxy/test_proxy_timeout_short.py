"""A timeout below the default of 60 s is a warning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Fail, Pass
from regdoctor.checks.proxy.proxy_timeout_short import proxy_timeout_short

if TYPE_CHECKING:
    from tests.checks.proxy.conftest import Proxied


@pytest.mark.parametrize(
    "line",
    ["proxy_read_timeout 30s;", "proxy_send_timeout 59;", "client_body_timeout 500ms;", "proxy_read_timeout 59s500ms;"],
)
def test_less_than_the_default_is_a_finding(proxied: Proxied, line: str) -> None:
    fail = proxied.one(proxy_timeout_short, proxied.server(line))
    assert isinstance(fail, Fail)
    assert fail.evidence[0].quote == line


@pytest.mark.parametrize("line", ["proxy_read_timeout 60;", "proxy_read_timeout 1m;", "proxy_send_timeout 1h 30m;"])
def test_the_default_and_more_pass(proxied: Proxied, line: str) -> None:
    assert isinstance(proxied.one(proxy_timeout_short, proxied.server(line.replace(" 30m", "30m"))), Pass)


def test_nothing_written_passes(proxied: Proxied) -> None:
    assert isinstance(proxied.one(proxy_timeout_short, proxied.server(drop=("proxy_read_timeout",))), Pass)
