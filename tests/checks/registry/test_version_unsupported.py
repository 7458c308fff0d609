"""config.yml must say version 0.1: its absence, and any other version, is a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.registry.version_unsupported import version_unsupported
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import parse_registry_config

if TYPE_CHECKING:
    from tests.checks.conftest import Given


@pytest.mark.parametrize(("said", "shown"), [("0.2", '"0.2"'), ("1", '"1"'), ("v0.1", '"v0.1"'), ("2.8.3", '"2.8.3"')])
def test_another_version_is_a_finding_on_its_line(given: Given, said: str, shown: str) -> None:
    fail = given.fail(version_unsupported, config=given.config(f"log: {{}}\nversion: {said}\n"))

    assert shown in fail.message
    assert [quote.line for quote in fail.evidence] == [2]
    assert fail.remedy[Dialect.PLAIN].commands == ("version: 0.1",)


@pytest.mark.parametrize("text", ["log: {level: info}\n", "version:\nlog: {}\n"])
def test_no_version_is_a_finding_about_the_file(given: Given, text: str) -> None:
    fail = given.fail(version_unsupported, config=given.config(text))

    assert "says no version" in fail.message
    assert fail.evidence[0].source == "/etc/docker/registry/config.yml"


@pytest.mark.parametrize("said", ["0.1", '"0.1"'])
def test_version_0_1_passes(given: Given, said: str) -> None:
    assert given.passes(version_unsupported, config=given.config(f"version: {said}\n"))


def test_variables_alone_tell_nothing_of_the_file(given: Given) -> None:
    place = Place("docker-compose.yml", 3, "environment")
    config = parse_registry_config(b"{}", "docker-compose.yml", [("REGISTRY_HTTP_ADDR", ":5000", place)])

    assert given.skips(version_unsupported, config=config)
