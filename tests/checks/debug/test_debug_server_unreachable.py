"""A debug server that is configured and gives no health report is a finding, unless it is elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.checks.debug.debug_server_unreachable import debug_server_unreachable
from regdoctor.evidence.debug_server import DebugServer
from regdoctor.evidence.exchange import FailureKind

if TYPE_CHECKING:
    from tests.checks.conftest import Given

DEBUG = "http://127.0.0.1:5001"
REFUSED = (FailureKind.REFUSED, "127.0.0.1:5001: connection refused")


def _debug(
    given: Given, status: int = 200, body: bytes = b"", url: str = DEBUG, fails: tuple[FailureKind, str] | None = None
) -> DebugServer:
    health = given.exchange(f"{url}/debug/health", status, body=body, fails=fails)
    return DebugServer(given.ping(url).endpoint, health, health, health, None)


def test_nobody_listening_is_a_finding(given: Given) -> None:
    running = given.internal(given.asks(given.inner_url))
    fail = given.fail(debug_server_unreachable, debug=_debug(given, fails=REFUSED), internal=running)
    assert "connection refused" in fail.message
    assert fail.resource == DEBUG
    assert fail.evidence[0].line == 7


def test_the_main_port_is_recognised(given: Given) -> None:
    main = given.internal(given.asks(DEBUG))
    fail = given.fail(debug_server_unreachable, debug=_debug(given, 404, b"404 page not found"), internal=main)
    assert "main port, which has no /debug/health" in fail.message


@pytest.mark.parametrize(
    ("status", "body"), [(404, b"404 page not found"), (200, b"<html>"), (200, b'{"status":"ok"}')]
)
def test_another_servers_answer_is_a_finding(given: Given, status: int, body: bytes) -> None:
    fail = given.fail(debug_server_unreachable, debug=_debug(given, status, body))
    assert f"gives {status} and no health report" in fail.message


@pytest.mark.parametrize(("status", "body"), [(200, b"{}"), (503, b'{"storagedriver_s3":"refused"}')])
def test_a_health_report_passes_whatever_it_says(given: Given, status: int, body: bytes) -> None:
    assert str(status) in given.passes(debug_server_unreachable, debug=_debug(given, status, body))


def test_a_registry_in_a_container_keeps_its_debug_port_to_itself(given: Given) -> None:
    reason = given.unknown(
        debug_server_unreachable,
        debug=_debug(given, fails=REFUSED),
        internal=given.internal(given.refused(given.inner_url)),
        public=given.public(given.asks()),
    )
    assert "container" in reason


def test_a_registry_that_is_down_everywhere_is_still_a_finding(given: Given) -> None:
    given.fail(
        debug_server_unreachable,
        debug=_debug(given, fails=REFUSED),
        internal=given.internal(given.refused(given.inner_url)),
        public=given.public(given.gateway()),
    )


def test_a_debug_server_with_tls_is_to_be_asked_by_https(given: Given) -> None:
    body = b"Client sent an HTTP request to an HTTPS server.\n"
    reason = given.unknown(debug_server_unreachable, debug=_debug(given, 400, body))
    assert "--debug-url https://127.0.0.1:5001" in reason
