"""What the registry refuses in storage.maintenance; each form was shown to docker-registry 2.8.2."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail, Pass, Severity
from regdoctor.checks.storage.maintenance_malformed import maintenance_malformed
from regdoctor.formats.located import Located, Place
from regdoctor.formats.registry_config import parse_registry_config

if TYPE_CHECKING:
    from tests.checks.conftest import Given

WHOLE = "enabled: true, age: 168h, interval: 24h, dryrun: false"


def _found(given: Given, maintenance: str) -> list[Fail]:
    return given.fails(maintenance_malformed, config=given.config(f"storage:\n  maintenance:\n    {maintenance}\n"))


@pytest.mark.parametrize("value", ["true", "", "[a]"])
@pytest.mark.parametrize("section", ["readonly", "uploadpurging"])
def test_a_section_that_is_no_mapping_is_a_finding(given: Given, section: str, value: str) -> None:
    (fail,) = _found(given, f"{section}: {value}")

    assert "not a mapping" in fail.message
    assert fail.resource == f"storage.maintenance.{section}"
    assert f"{section}:\n      enabled: true" in fail.remedy[Dialect.PLAIN].commands[0]


@pytest.mark.parametrize(("value", "meant"), [('"true"', "true"), ('"false"', "false"), ("1", "true"), ("", "false")])
def test_readonly_is_switched_by_true_or_false(given: Given, value: str, meant: str) -> None:
    (fail,) = _found(given, f"readonly: {{enabled: {value}}}")

    assert fail.resource == "storage.maintenance.readonly.enabled"
    assert fail.remedy[Dialect.PLAIN].commands[0].endswith(f"enabled: {meant}")


@pytest.mark.parametrize("missing", ["age", "interval", "dryrun"])
def test_what_purging_needs_is_a_finding_each(given: Given, missing: str) -> None:
    text = ", ".join(part for part in WHOLE.split(", ") if not part.startswith(missing))
    (fail,) = _found(given, f"uploadpurging: {{{text}}}")

    assert fail.message.startswith(f"storage.maintenance.uploadpurging.{missing} is not set")
    assert fail.evidence[0].line == 3


@pytest.mark.parametrize("wrong", ["age: 168", "age: '168'", "age: 7d", "age: true", "interval: 24", "dryrun: 'false'"])
def test_what_purging_cannot_read_is_a_finding(given: Given, wrong: str) -> None:
    key = wrong.partition(":")[0]
    text = ", ".join(wrong if part.startswith(key) else part for part in WHOLE.split(", "))
    (fail,) = _found(given, f"uploadpurging: {{{text}}}")

    assert fail.resource == f"storage.maintenance.uploadpurging.{key}"


def test_a_quoted_false_counts_as_on(given: Given) -> None:
    text = WHOLE.replace("true", '"false"')
    (fail,) = _found(given, f"uploadpurging: {{{text}}}")

    assert fail.severity is Severity.WARNING
    assert "counts as on" in fail.message


@pytest.mark.parametrize("section", ["readonly", "uploadpurging"])
def test_a_variable_for_a_single_key_does_not_work(given: Given, section: str) -> None:
    place = Place("docker-compose.yml", 9, "environment")
    name = f"REGISTRY_STORAGE_MAINTENANCE_{section.upper()}"
    single = parse_registry_config(b"version: 0.1", "config.yml", [(f"{name}_ENABLED", "true", place)])
    (fail,) = given.fails(maintenance_malformed, config=single)

    assert "variable of its own" in fail.message
    assert fail.remedy[Dialect.COMPOSE].commands[0].startswith(f'{name}: \'{{"enabled": true')


def test_the_whole_section_in_a_variable_passes(given: Given) -> None:
    place = Place("docker-compose.yml", 9, "environment")
    variable = ("REGISTRY_STORAGE_MAINTENANCE_READONLY", '{"enabled": true}', place)
    (found,) = given.outcomes(
        maintenance_malformed, config=parse_registry_config(b"version: 0.1", "config.yml", [variable])
    )

    assert isinstance(found, Pass)


def test_a_single_value_in_place_of_the_section_is_a_finding(given: Given) -> None:
    (fail,) = given.fails(maintenance_malformed, config=given.config("storage: {maintenance: true}"))

    assert fail.resource == "storage.maintenance"


@pytest.mark.parametrize(
    "maintenance",
    [
        f"{{uploadpurging: {{{WHOLE}}}, readonly: {{enabled: false}}}}",
        "{uploadpurging: {enabled: false}}",
        "{readonly: {}}",
        "{uploadpurging: {age: 168h, interval: 24h, dryrun: true}}",
        "",
    ],
)
def test_what_the_registry_takes_passes(given: Given, maintenance: str) -> None:
    (found,) = given.outcomes(maintenance_malformed, config=given.config(f"storage:\n  maintenance: {maintenance}\n"))

    assert isinstance(found, Pass)


def test_a_variable_for_the_switch_alone_keeps_what_it_says(given: Given) -> None:
    at = Place("compose.yml", 5, "environment")
    variable = Located("false", at, "REGISTRY_STORAGE_MAINTENANCE_READONLY_ENABLED")
    readonly = Located({"enabled": variable}, at, variable.name)
    tree = Located({"storage": Located({"maintenance": Located({"readonly": readonly}, at)}, at)}, at)
    fail = given.fail(maintenance_malformed, config=replace(given.config("version: 0.1\n"), tree=tree))

    remedy = fail.remedy[Dialect.COMPOSE]
    assert remedy.commands == ("REGISTRY_STORAGE_MAINTENANCE_READONLY: '{\"enabled\": false}'",)
    assert f"in the place of {variable.name}" in remedy.text
