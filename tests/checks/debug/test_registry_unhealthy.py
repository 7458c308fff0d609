"""A failing health check is a finding, whether its debug server or the 503 tells of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Severity
from regdoctor.checks.debug.registry_unhealthy import registry_unhealthy
from regdoctor.evidence.debug_server import DebugServer
from regdoctor.evidence.exchange import FailureKind
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given

DEBUG = "http://127.0.0.1:5001"


def _debug(given: Given, status: int, body: bytes) -> DebugServer:
    health = given.exchange(f"{DEBUG}/debug/health", status, given.json, body=body)
    return DebugServer(given.ping(DEBUG).endpoint, health, health, health, None)


def test_the_failing_check_is_named_with_the_words_of_the_store(given: Given) -> None:
    debug = _debug(given, 503, b'{"storagedriver_s3":"s3aws: AccessDenied: Access Denied\\n\\tstatus code: 403"}')
    fail = given.fail(registry_unhealthy, debug=debug, public=given.public(given.unhealthy()))
    assert fail.message == (
        "The registry's health check fails: storagedriver_s3: s3aws: AccessDenied: Access Denied status code: 403"
    )
    assert fail.evidence[0].source == f"{DEBUG}/debug/health"
    assert len(fail.evidence) == 2
    assert fail.resource == "storagedriver_s3"
    assert "regdoctor check storage" in fail.remedy[Dialect.PLAIN].text


def test_a_failing_check_is_a_finding_before_the_threshold_is_reached(given: Given) -> None:
    debug = _debug(given, 503, b'{"storagedriver_s3":"dial tcp 10.0.0.1:9000: connection refused"}')
    fail = given.fail(registry_unhealthy, debug=debug, public=given.public(given.asks()))
    assert "not reached" in fail.remedy[Dialect.PLAIN].text


def test_several_failing_checks_are_all_evidence(given: Given) -> None:
    debug = _debug(given, 503, b'{"redis:6379":"refused","/tmp/off":"file exists"}')
    fail = given.fail(registry_unhealthy, debug=debug)
    assert "(and 1 more)" in fail.message
    assert len(fail.evidence) == 2


def test_a_503_of_the_registry_is_a_finding_without_its_debug_server(given: Given) -> None:
    fail = given.fail(registry_unhealthy, public=given.public(given.unhealthy()))
    assert "its debug server knows why" in fail.message
    assert "debug_addr" in fail.remedy[Dialect.OMNIBUS].commands[0]
    assert fail.resource == given.public_url


def test_a_503_for_another_reason_is_not_put_down_to_the_health_check(given: Given) -> None:
    body = b'{"errors":[{"code":"UNAVAILABLE","message":"service unavailable","detail":"database"}]}'
    fail = given.fail(registry_unhealthy, public=given.public(given.ping(given.public_url, 503, given.api, body=body)))
    assert "health" not in fail.message
    assert "database" in fail.evidence[1].quote


def test_a_503_beside_a_green_report_says_so(given: Given) -> None:
    fail = given.fail(registry_unhealthy, public=given.public(given.unhealthy()), debug=_debug(given, 200, b"{}"))
    assert "another node" in fail.message


def test_a_green_report_passes(given: Given) -> None:
    assert "green" in given.passes(registry_unhealthy, debug=_debug(given, 200, b"{}"))


def test_without_a_debug_server_an_answer_passes_with_exactly_what_it_proves(given: Given) -> None:
    message = given.passes(registry_unhealthy, public=given.public(given.asks()), debug=given.no_such)
    assert message == (
        f"{given.public_url} answers 401: its health check does not make it answer 503; no debug server is known here "
        "that could tell more"
    )
    inner = given.internal(given.open(given.inner_url))
    assert f"{given.inner_url} answers 200" in given.passes(registry_unhealthy, internal=inner, debug=given.no_such)


@pytest.mark.parametrize("status", [404, 500])
def test_no_other_answer_of_a_registry_proves_it(given: Given, status: int) -> None:
    odd = given.ping(given.public_url, status, given.api)
    given.unknown(registry_unhealthy, public=given.public(odd), debug=given.no_such)


def test_a_debug_server_that_gave_no_report_leaves_it_open_whatever_the_registry_answers(given: Given) -> None:
    silent = given.exchange(f"{DEBUG}/debug/health", fails=(FailureKind.REFUSED, "127.0.0.1:5001: connection refused"))
    debug = DebugServer(given.ping(DEBUG).endpoint, silent, silent, silent, None)
    reason = given.unknown(registry_unhealthy, public=given.public(given.asks()), debug=debug)
    assert reason.startswith(f"{DEBUG}/debug/health gives no health report: ")
    assert "connection refused" in reason
    page = _debug(given, 404, b"404 page not found")
    assert "404" in given.unknown(registry_unhealthy, public=given.public(given.asks()), debug=page)


def test_a_debug_server_that_could_not_be_looked_at_leaves_it_open(given: Given) -> None:
    reason = given.unknown(registry_unhealthy, public=given.public(given.asks()), debug=given.not_here)
    assert given.not_here.reason in reason


def test_a_503_is_a_finding_also_where_the_debug_server_gave_no_report(given: Given) -> None:
    page = _debug(given, 404, b"404 page not found")
    fail = given.fail(registry_unhealthy, public=given.public(given.unhealthy()), debug=page)
    assert "answers 503 to everything" in fail.message


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b'{"status":"ok"}'),
        (200, b"<html>"),
        (404, b"404 page not found"),
        (503, b"{}"),
        (503, b'{"a": {"b": 1}}'),
    ],
)
def test_what_is_no_health_report_is_not_taken_for_one(given: Given, status: int, body: bytes) -> None:
    given.unknown(registry_unhealthy, debug=_debug(given, status, body))


def test_a_proxys_503_is_not_the_registrys(given: Given) -> None:
    given.unknown(registry_unhealthy, public=given.public(given.gateway(status=503)))


def test_silence_is_unknown(given: Given) -> None:
    given.unknown(registry_unhealthy)
    given.unknown(registry_unhealthy, public=given.public(given.down(given.public_url, FailureKind.NAME)))


def test_an_empty_bucket_that_an_old_registry_takes_for_a_broken_one_is_told(given: Given) -> None:
    debug = _debug(given, 503, b'{"storagedriver_s3":"s3aws: Path not found: /"}')
    fail = given.fail(registry_unhealthy, debug=debug)
    assert fail.failure_modes == ("S3-25",)
    assert "empty bucket" in fail.remedy[Dialect.PLAIN].text


def test_a_registry_that_is_not_healthy_is_told_in_traffic(given: Given) -> None:
    body = given.unhealthy().exchange.body
    down = exchanged("GET /v2/a/manifests/1", 503, (), body)

    [fail] = seen(registry_unhealthy, down)
    assert fail.severity is None
    [fail] = seen(registry_unhealthy, exchanged("GET /v2/", 200), down)
    assert fail.severity is Severity.WARNING


def test_a_503_of_somebody_else_is_not_the_health_check_in_traffic() -> None:
    page = b"<html><center>nginx</center></html>"
    assert not seen(registry_unhealthy, exchanged("GET /v2/", 503, (), page), exchanged("GET /v2/", 401))
    assert not seen(registry_unhealthy, exchanged("GET https://gitlab.example.com/jwt/auth", 503, (), page))
