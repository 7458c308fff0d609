"""A log level that the registry does not know keeps it from starting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Fail, Pass, Unknown
from regdoctor.checks.registry.log_level_invalid import log_level_invalid
from regdoctor.evidence.product import Generation

if TYPE_CHECKING:
    from tests.checks.conftest import Given


@pytest.mark.parametrize(
    ("level", "meant"),
    [("warning", "warn"), ("fatal", "error"), ("5", "info"), ("inof", "info"), ("true", "info"), ('""', "info")],
)
def test_another_level_is_a_finding_with_the_nearest(given: Given, level: str, meant: str) -> None:
    config = given.config(f"version: 0.1\nlog:\n  level: {level}\n")
    (fail,) = given.fails(log_level_invalid, config=config, product=given.product())

    assert [quote.line for quote in fail.evidence] == [3]
    assert f"Set the level {meant}" in fail.remedy[next(iter(fail.remedy))].text


def test_the_older_setting_is_judged_too(given: Given) -> None:
    config = given.config("version: 0.1\nloglevel: verbose\nlog: {level: info}\n")
    (fail,) = given.fails(log_level_invalid, config=config, product=given.product())

    assert fail.resource == "loglevel"


@pytest.mark.parametrize("log", ["{level: INFO}", "{level: }", "{}", "{level: debug}"])
def test_the_known_levels_pass_in_any_case(given: Given, log: str) -> None:
    config = given.config(f"version: 0.1\nlog: {log}\n")
    (found,) = given.outcomes(log_level_invalid, config=config, product=given.product())

    assert isinstance(found, Pass)


@pytest.mark.parametrize(
    ("generation", "kind"),
    [(Generation.GITLAB, Pass), (Generation.DISTRIBUTION_2, Fail), (Generation.DISTRIBUTION_3, Fail), (None, Unknown)],
)
def test_trace_is_gitlabs_own(given: Given, generation: Generation | None, kind: type) -> None:
    config = given.config("version: 0.1\nlog: {level: trace}\n")
    (found,) = given.outcomes(log_level_invalid, config=config, product=given.product(generation))

    assert isinstance(found, kind)
