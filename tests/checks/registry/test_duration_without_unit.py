"""A span of time without its unit is nanoseconds; one in quotes keeps the registry from starting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail, Pass, Severity
from regdoctor.checks.registry.duration_without_unit import duration_without_unit
from regdoctor.evidence.product import Generation

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _found(given: Given, text: str, generation: Generation | None = None) -> list[Fail]:
    return given.fails(duration_without_unit, config=given.config(text), product=given.product(generation))


def test_bare_numbers_of_an_endpoint_are_nanoseconds(given: Given) -> None:
    text = "notifications:\n  endpoints:\n    - name: a\n      timeout: 500\n      backoff: 5\n"
    timeout, backoff = _found(given, text)

    assert "500 nanoseconds" in timeout.message
    assert [timeout.evidence[0].line, backoff.evidence[0].line] == [4, 5]
    assert timeout.failure_modes == ("NOT-05",)
    assert timeout.remedy[Dialect.OMNIBUS].commands[0] == "registry['notifications'][0]['timeout'] = \"500ms\""
    assert '"5s"' in backoff.remedy[Dialect.PLAIN].commands[0]


def test_the_second_endpoint_is_the_one_that_is_mended(given: Given) -> None:
    text = "notifications: {endpoints: [{timeout: 1s}, {timeout: 1}]}"
    (fail,) = _found(given, text)

    assert fail.remedy[Dialect.OMNIBUS].commands[0].startswith("registry['notifications'][1]")


def test_a_drain_time_of_nanoseconds_is_a_warning(given: Given) -> None:
    (fail,) = _found(given, "http: {draintimeout: 60}")

    assert fail.severity is Severity.WARNING
    assert fail.failure_modes == ("NOT-05", "HA-05")
    assert fail.remedy[Dialect.OMNIBUS].commands[0] == "registry['http_draintimeout'] = \"60s\""


@pytest.mark.parametrize("value", ['"60"', "7d", '"1 s"', '""', "true", "abc"])
def test_what_go_does_not_take_stops_the_registry(given: Given, value: str) -> None:
    (fail,) = _found(given, f"http: {{draintimeout: {value}}}")

    assert fail.severity is Severity.CRITICAL
    assert "does not start" in fail.message


def test_days_are_mended_to_hours(given: Given) -> None:
    (fail,) = _found(given, "http: {draintimeout: 2d}")

    assert fail.remedy[Dialect.OMNIBUS].commands[0] == "registry['http_draintimeout'] = \"48h\""


def test_time_limits_of_redis_are_judged(given: Given) -> None:
    (fail,) = _found(given, "redis: {dialtimeout: 10, readtimeout: 10ms, writetimeout: -1}")

    assert fail.failure_modes == ("NOT-05", "RED-05")


def test_a_setting_is_judged_where_the_registry_reads_it(given: Given) -> None:
    text = "proxy: {ttl: 60}\nredis: {pool: {idletimeout: '300'}}"

    assert [fail.resource for fail in _found(given, text, Generation.DISTRIBUTION_3)] == ["proxy.ttl"]
    assert [fail.resource for fail in _found(given, text, Generation.DISTRIBUTION_2)] == ["redis.pool.idletimeout"]


@pytest.mark.parametrize(
    "text",
    [
        "http: {draintimeout: 0}",
        "http: {draintimeout: '0'}",
        "http: {draintimeout: }",
        "http: {draintimeout: 60000000000}",
        "health: {storagedriver: {interval: 10s}, tcp: [{interval: 1m30s, timeout: 500ms}]}",
        "notifications: {endpoints: [{timeout: -1s}]}",
        "version: 0.1",
    ],
)
def test_spans_with_their_units_pass(given: Given, text: str) -> None:
    (found,) = given.outcomes(duration_without_unit, config=given.config(text), product=given.product())

    assert isinstance(found, Pass)
