"""Written-out buffering, and `off` without effect, are findings; the default is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Fail, Pass, Severity, Skip
from regdoctor.checks.proxy.request_buffering import request_buffering
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import exchanged

if TYPE_CHECKING:
    from tests.checks.proxy.conftest import Proxied


def test_the_default_passes(proxied: Proxied) -> None:
    text = proxied.server(drop=("proxy_request_buffering", "proxy_http_version"))
    assert isinstance(proxied.one(request_buffering, text), Pass)


def test_off_with_http_1_1_passes(proxied: Proxied) -> None:
    assert isinstance(proxied.one(request_buffering, proxied.server()), Pass)


def test_on_is_a_warning(proxied: Proxied) -> None:
    fail = proxied.one(request_buffering, proxied.server("proxy_request_buffering on;"))
    assert isinstance(fail, Fail)
    assert (fail.severity, fail.failure_modes) == (None, ("PROXY-08",))


@pytest.mark.parametrize(
    ("lines", "drop", "severity"),
    [((), ("proxy_http_version",), Severity.INFO), (("proxy_http_version 1.0;",), (), None)],
)
def test_off_does_nothing_for_chunks_by_http_1_0(
    proxied: Proxied, lines: tuple[str, ...], drop: tuple[str, ...], severity: Severity | None
) -> None:
    fail = proxied.one(request_buffering, proxied.server(*lines, drop=drop))
    assert (fail.severity, fail.failure_modes) == (severity, ("PROXY-08", "PROXY-09"))


def test_where_nobody_may_push_it_is_skipped(proxied: Proxied) -> None:
    pulls = proxied.server("proxy_request_buffering on;", "limit_except GET HEAD { deny all; }")
    assert isinstance(proxied.one(request_buffering, pulls), Skip)


@pytest.mark.parametrize("limit", ["GET HEAD POST PUT PATCH { deny all; }", "GET { allow 10.0.0.0/8; deny all; }"])
def test_where_some_may_push_it_is_judged(proxied: Proxied, limit: str) -> None:
    assert isinstance(
        proxied.one(request_buffering, proxied.server("proxy_request_buffering on;", f"limit_except {limit}")), Fail
    )


def test_a_layer_that_comes_by_http_1_0_is_told_in_traffic() -> None:
    path = "PATCH /v2/a/blobs/uploads/u"
    [fail] = seen(request_buffering, exchanged(path, 202, http_version="HTTP/1.0"))

    assert fail.severity is Severity.INFO
    assert not seen(request_buffering, exchanged(path, 202, http_version="HTTP/1.1"), exchanged(path, 202))
    assert not seen(request_buffering, exchanged("GET /v2/", 200, http_version="HTTP/1.0"))
