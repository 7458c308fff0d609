"""Values that the chart does not read are told; those that any chart reads, and what is free, are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.settings.chart_value_unknown import chart_value_unknown
from regdoctor.formats.helm_values import HelmValues, parse_helm_values

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _values(text: str) -> HelmValues:
    return parse_helm_values([(text.encode(), "values.yaml")])


@pytest.mark.parametrize(
    ("text", "name", "right"),
    [
        ("registry: {storage: {secretName: s}}", "registry.storage.secretName", "registry.storage.secret"),
        ("registry: {storage: {s3: {bucket: b}}}", "registry.storage.s3", None),
        ("registry: {hpa: {minReplica: 2}}", "registry.hpa.minReplica", "registry.hpa.minReplicas"),
        ("registry: {hpaa: {minReplicas: 2}}", "registry.hpaa", "registry.hpa"),
        ("registry: {networkPolicy: {}}", "registry.networkPolicy", "registry.networkpolicy"),
        ("registry: {database: {dbname: r}}", "registry.database.dbname", "registry.database.name"),
        (
            "registry: {redis: {rateLimiting: {hosts: r}}}",
            "registry.redis.rateLimiting.hosts",
            "registry.redis.rateLimiting.host",
        ),
        ("global: {registry: {tokenissuer: i}}", "global.registry.tokenissuer", "global.registry.tokenIssuer"),
    ],
)
def test_a_misspelt_value_is_told_with_the_one_that_is_read(
    given: Given, text: str, name: str, right: str | None
) -> None:
    fail = given.fail(chart_value_unknown, values=_values(text))
    assert fail.message == f"The chart does not read {name}" + (f"; did you mean {right}?" if right else "")
    assert (fail.resource, fail.evidence[0].line) == (name, 1)
    assert (right or f"Remove {name}") in fail.remedy[Dialect.HELM].text


@pytest.mark.parametrize(
    "text",
    [
        "registry: {annotations: {storag: x}, nodeSelector: {disk: ssd}, extraEnv: {A: b}, resources: {request: 1}}",
        "registry: {serviceAccount: {create: true, annotations: {a/b: c}}, ingress: {annotations: {x: y}}}",
        "registry: {maintenance: {readOnly: {enabled: true}, uploadPurging: {dryRun: true}}, compatibility: {a: 1}}",
        "registry: {database: {password: {secret: s, key: k}, ssl: {serverCA: c}, migrations: {enabled: true}}}",
        "registry: {redis: {cache: {sentinels: [{host: h}], sentinelpassword: {enabled: true, secret: s}}}}",
        "registry: {ours: {anything: 1}, storage: '{{ .Values.storage }}'}",
        "global: {registry: {notifications: {endpoint: []}, api: {host: h}}, hosts: {domains: x}}",
        "gitlab: {}",
    ],
)
def test_what_is_read_or_free_or_far_from_any_name_passes(given: Given, text: str) -> None:
    assert given.passes(chart_value_unknown, values=_values(text))
