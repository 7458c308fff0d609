"""Values that ask for the chart's own MinIO are told of its end; silence and other stores are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Severity
from regdoctor.checks.storage.bundled_minio_removed import bundled_minio_removed
from regdoctor.formats.helm_values import HelmValues, parse_helm_values

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _values(text: str) -> HelmValues:
    return parse_helm_values([(text.encode(), "/v/values.yaml")])


@pytest.mark.parametrize(
    ("text", "resource", "line"),
    [
        ("global:\n  minio:\n    enabled: true\n", "global.minio.enabled", 3),
        ("registry:\n  minio:\n    redirect: true\n", "registry.minio", 2),
    ],
)
def test_values_that_rely_on_it_are_told(given: Given, text: str, resource: str, line: int) -> None:
    fail = given.fail(bundled_minio_removed, values=_values(text))
    assert "chart 10 (GitLab 19)" in fail.message
    assert (fail.resource, fail.evidence[0].line) == (resource, line)
    assert fail.severity is None
    assert bundled_minio_removed.severity is Severity.INFO


@pytest.mark.parametrize(
    "text",
    [
        "global: {edition: ee}",
        "global: {minio: {enabled: false}}\nregistry: {minio: {redirect: true}}",
        "registry: {minio: {redirect: false}, storage: {secret: s}}",
    ],
)
def test_others_pass(given: Given, text: str) -> None:
    given.passes(bundled_minio_removed, values=_values(text))
