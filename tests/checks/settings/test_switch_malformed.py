"""What is neither true nor false, where one of them must stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.settings.switch_malformed import switch_malformed
from regdoctor.formats.chart_rendering import rendered_registry_config
from regdoctor.formats.helm_values import parse_helm_values
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import parse_registry_config

if TYPE_CHECKING:
    from tests.checks.conftest import Given


@pytest.mark.parametrize(
    ("text", "name", "told", "on"),
    [
        ("http: {relativeurls: ture}", "http.relativeurls", '"ture"', "relativeurls: true"),
        ("http: {relativeurls: 'true'}", "http.relativeurls", '"true"', "relativeurls: true"),
        ("http: {relativeurls: 1}", "http.relativeurls", '"1"', "relativeurls: true"),
        ("http: {relativeurls: flase}", "http.relativeurls", '"flase"', "relativeurls: false"),
        ("http: {relativeurls: [true]}", "http.relativeurls", "a list", "relativeurls: false"),
        ("health: {storagedriver: {enabled: yess}}", "health.storagedriver.enabled", '"yess"', "enabled: true"),
        ("storage: {s3: {secure: yess}}", "storage.s3.secure", '"yess"', "secure: true"),
        ("storage: {s3: {encrypt: 'no'}}", "storage.s3.encrypt", '"no"', "encrypt: false"),
        ("storage: {s3aws: {skipverify: 1}}", "storage.s3aws.skipverify", '"1"', "skipverify: true"),
    ],
)
def test_a_switch_that_is_no_boolean_is_told(given: Given, text: str, name: str, told: str, on: str) -> None:
    fail = given.fail(switch_malformed, config=given.config(text), product=given.product())
    assert fail.message == f"{name} is {told}, neither true nor false: the registry does not start"
    assert on in fail.remedy[Dialect.PLAIN].commands[0]
    assert fail.evidence[0].line == 1


@pytest.mark.parametrize(
    "text",
    [
        "http: {relativeurls: Yes}",
        "http: {relativeurls: null}",
        "storage: {s3: {secure: 'false', encrypt: '1', skipverify: }}",
        "storage: {delete: {enabled: ture}}",
        "storage: {redirect: {disable: 'true'}}",
        "database: {enabled: prefer}",
        "log: {fields: {enabled: ture}}",
    ],
)
def test_what_is_taken_or_told_elsewhere_passes(given: Given, text: str) -> None:
    assert given.passes(switch_malformed, config=given.config(text), product=given.product())


def test_the_chart_takes_quotation_marks_away(given: Given) -> None:
    config = rendered_registry_config(parse_helm_values([(b"registry: {relativeurls: 'true'}", "values.yaml")]))
    assert given.passes(switch_malformed, config=config, product=given.product())


def test_variables_of_s3_are_judged_and_others_are_another_checks(given: Given) -> None:
    place = Place("docker-compose.yml", 3, "environment")
    variables = [("REGISTRY_STORAGE_S3_SECURE", "yess", place), ("REGISTRY_HTTP_RELATIVEURLS", "yess", place)]
    config = parse_registry_config(b"storage: {s3: {bucket: b}}", "config.yml", variables)
    fail = given.fail(switch_malformed, config=config, product=given.product())
    assert fail.resource == "REGISTRY_STORAGE_S3_SECURE"
    assert fail.remedy[Dialect.PLAIN].commands == ("REGISTRY_STORAGE_S3_SECURE=true",)
