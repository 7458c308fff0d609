"""A registry that is killed while it drains is a finding, in the chart and in Compose."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Severity
from regdoctor.checks.registry.grace_period_too_short import grace_period_too_short
from regdoctor.formats.compose_file import ComposeFile, ComposeRegistry, parse_compose_file
from regdoctor.formats.container_config import service_config
from regdoctor.formats.helm_values import HelmValues, parse_helm_values

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _values(*lines: str) -> HelmValues:
    text = "\n".join(["registry:", "  enabled: true", *(f"  {line}" for line in lines)])
    return parse_helm_values([(text.encode(), "/v/values.yaml")])


def _project(drain: str, *lines: str) -> ComposeFile:
    head = ["services:", "  registry:", "    image: registry:2", "    environment:"]
    text = "\n".join([*head, f"      REGISTRY_HTTP_DRAINTIMEOUT: {drain}", *(f"    {line}" for line in lines)])
    project = parse_compose_file([(text.encode(), "/srv/compose.yml")])
    found = tuple(ComposeRegistry(one, service_config(one, None), "no file") for one in project.registry_services())
    return replace(project, registries=found)


def test_a_pod_that_is_killed_earlier_is_a_finding(given: Given) -> None:
    fail = given.fail(grace_period_too_short, values=_values("draintimeout: 60s"), compose=given.no_such)
    assert fail.message == "The registry wants 60s to finish its uploads, but is killed after 30s"
    assert [(quote.source, quote.line) for quote in fail.evidence] == [("/v/values.yaml", 3), ("chart default", None)]
    assert fail.remedy[Dialect.PLAIN].commands == (
        "helm upgrade gitlab gitlab/gitlab --reuse-values --set registry.deployment.terminationGracePeriodSeconds=90",
    )
    told = _values("draintimeout: 2m", "deployment: {terminationGracePeriodSeconds: 100}")
    assert [
        quote.line for quote in given.fail(grace_period_too_short, values=told, compose=given.no_such).evidence
    ] == [3, 4]


def test_a_service_of_compose_likewise(given: Given) -> None:
    fail = given.fail(grace_period_too_short, values=given.no_such, compose=_project("30s"))
    assert "but is killed after 10s" in fail.message
    assert fail.evidence[0].line == 5
    assert fail.remedy[Dialect.COMPOSE].commands[0] == "stop_grace_period: 60s"


def test_dropping_uploads_is_worth_knowing_where_replicas_are_replaced(given: Given) -> None:
    fail = given.fail(grace_period_too_short, values=_values("draintimeout: '0'"), compose=given.no_such)
    assert fail.severity is Severity.INFO
    assert [quote.source for quote in fail.evidence] == ["/v/values.yaml", "chart default"]
    fail = given.fail(grace_period_too_short, values=given.no_such, compose=_project("0s", "scale: 2"))
    assert fail.severity is Severity.INFO


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("draintimeout: '0'", "hpa: {minReplicas: 1}"),
        ("draintimeout: 20s",),
        ("draintimeout: 60s", "deployment: {terminationGracePeriodSeconds: 90}"),
    ],
)
def test_enough_time_and_the_charts_defaults_pass(given: Given, lines: tuple[str, ...]) -> None:
    given.passes(grace_period_too_short, values=_values(*lines), compose=given.no_such)


def test_enough_time_in_compose_passes(given: Given) -> None:
    given.passes(grace_period_too_short, values=given.no_such, compose=_project("30s", "stop_grace_period: 1m"))
    given.passes(grace_period_too_short, values=given.no_such, compose=_project("0s"))


def test_what_is_no_duration_is_another_checks_finding(given: Given) -> None:
    given.unknown(grace_period_too_short, values=_values("draintimeout: 60"), compose=given.no_such)


def test_without_either_it_does_not_apply(given: Given) -> None:
    given.skips(grace_period_too_short, values=given.no_such, compose=given.no_such)
    given.unknown(grace_period_too_short, values=given.no_such, compose=given.not_here)
