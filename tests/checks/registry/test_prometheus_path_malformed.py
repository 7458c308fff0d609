"""The path of the metrics begins with a slash and is not one that the debug server has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Severity
from regdoctor.checks.registry.prometheus_path_malformed import prometheus_path_malformed
from regdoctor.evidence.product import Generation
from regdoctor.formats.registry_config import RegistryConfig

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _config(given: Given, prometheus: str, addr: str = ":5001") -> RegistryConfig:
    return given.config(f"http:\n  debug:\n    addr: '{addr}'\n    prometheus: {prometheus}\n")


def test_without_a_slash_the_metrics_are_nowhere(given: Given) -> None:
    config = _config(given, "{enabled: true, path: metrics}")
    fail = given.fail(prometheus_path_malformed, config=config, product=given.product())

    assert "served nowhere" in fail.message
    assert fail.resource == "http.debug.prometheus.path"


@pytest.mark.parametrize("path", ["/debug/health", "/debug/vars", "/debug/pprof/"])
def test_a_path_that_is_taken_stops_distribution(given: Given, path: str) -> None:
    config = _config(given, f"{{enabled: true, path: {path}}}")
    fail = given.fail(prometheus_path_malformed, config=config, product=given.product(Generation.DISTRIBUTION_2))

    assert fail.severity is Severity.CRITICAL
    assert given.unknown(prometheus_path_malformed, config=config, product=given.product())


@pytest.mark.parametrize("prometheus", ["{enabled: true}", "{enabled: true, path: ''}", "{enabled: true, path: /m}"])
def test_a_path_of_its_own_passes(given: Given, prometheus: str) -> None:
    assert given.passes(prometheus_path_malformed, config=_config(given, prometheus), product=given.product())


def test_where_nothing_is_served_the_path_does_not_matter(given: Given) -> None:
    for config in (
        _config(given, "{path: metrics}"),
        _config(given, "{enabled: true, path: metrics}", addr=""),
        given.config("{}"),
    ):
        assert given.skips(prometheus_path_malformed, config=config, product=given.product())
