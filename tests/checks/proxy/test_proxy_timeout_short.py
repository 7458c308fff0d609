"""A timeout below the default of 60 s is a warning."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail, Pass, Skip
from regdoctor.checks.proxy.proxy_timeout_short import proxy_timeout_short
from regdoctor.evidence.recorded import Recorded
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import PAGE, exchanged

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


def test_where_nobody_may_push_it_is_skipped(proxied: Proxied) -> None:
    pulls = proxied.server("proxy_read_timeout 10s;", "limit_except GET HEAD { deny all; }")
    assert isinstance(proxied.one(proxy_timeout_short, pulls), Skip)


@pytest.mark.parametrize("limit", ["GET HEAD POST PUT PATCH { deny all; }", "GET { allow 10.0.0.0/8; deny all; }"])
def test_where_some_may_push_it_is_judged(proxied: Proxied, limit: str) -> None:
    assert isinstance(
        proxied.one(proxy_timeout_short, proxied.server("proxy_read_timeout 10s;", f"limit_except {limit}")), Fail
    )


def _after(seconds: float, request: str, status: int = 504) -> Recorded:
    told = exchanged(request, status, (("Content-Type", "text/html"),), PAGE)
    return replace(told, exchange=replace(told.exchange, seconds=seconds))


def test_a_proxy_that_gives_up_on_an_upload_is_told_in_traffic() -> None:
    ping, put = exchanged("GET /v2/", 200), "PUT /v2/a/blobs/uploads/u?digest=sha256:1"
    [fail] = seen(proxy_timeout_short, ping, _after(60.2, put))

    assert "gives up with 504 after 60 s on PUT" in fail.message
    assert "proxy_read_timeout 900s;" in fail.remedy[Dialect.PLAIN].commands[0]


def test_a_gateway_that_answers_at_once_or_never_served_is_another_fault() -> None:
    ping, put = exchanged("GET /v2/", 200), "PUT /v2/a/blobs/uploads/u?digest=sha256:1"

    assert not seen(proxy_timeout_short, ping, _after(0.1, put), _after(60, "GET /v2/"), _after(60, put, 202))
    assert not seen(proxy_timeout_short, _after(60, put))
