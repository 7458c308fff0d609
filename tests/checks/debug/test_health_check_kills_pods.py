"""The storage driver's check and the liveness probe together are a finding, each alone is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.checks.debug.health_check_kills_pods import health_check_kills_pods
from regdoctor.formats.helm_values import HelmValues, parse_helm_values

if TYPE_CHECKING:
    from tests.checks.conftest import Given

ON = "registry:\n  health:\n    storagedriver:\n      enabled: true\n"


def _values(text: str) -> HelmValues:
    return parse_helm_values([(text.encode(), "/v/values.yaml")])


def test_both_together_are_a_finding(given: Given) -> None:
    fail = given.fail(health_check_kills_pods, values=_values(ON))
    assert fail.resource == "registry.health.storagedriver.enabled"
    assert [(quote.source, quote.line) for quote in fail.evidence] == [("/v/values.yaml", 4), ("chart default", None)]


@pytest.mark.parametrize(
    "text",
    [
        "global: {edition: ee}\n",
        "registry: {health: {storagedriver: {enabled: false}}}\n",
        ON + "  deployment: {livenessProbe: {enabled: false}}\n",
        ON + "  deployment: {livenessProbe: {path: /v2/}}\n",
    ],
)
def test_one_alone_passes(given: Given, text: str) -> None:
    given.passes(health_check_kills_pods, values=_values(text))
