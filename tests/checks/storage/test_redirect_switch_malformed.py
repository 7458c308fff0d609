"""storage.redirect.disable is true or false, and there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.redirect_switch_malformed import redirect_switch_malformed
from regdoctor.evidence.product import Generation

if TYPE_CHECKING:
    from tests.checks.conftest import Given


@pytest.mark.parametrize(
    ("value", "meant"), [('"true"', "true"), ('"false"', "false"), ("1", "true"), ("off2", "false")]
)
def test_another_value_is_a_finding(given: Given, value: str, meant: str) -> None:
    config = given.config(f"storage:\n  redirect:\n    disable: {value}\n")
    fail = given.fail(redirect_switch_malformed, config=config, product=given.product())

    assert [quote.line for quote in fail.evidence] == [3]
    assert f"disable: {meant}" in fail.remedy[Dialect.PLAIN].commands[0]


@pytest.mark.parametrize("redirect", ["{}", "", "{enable: true}", "{disabled: true}", "{disable: }"])
def test_a_section_without_the_switch_stops_distribution(given: Given, redirect: str) -> None:
    config = given.config(f"storage:\n  redirect: {redirect}\n")

    given.fail(redirect_switch_malformed, config=config, product=given.product(Generation.DISTRIBUTION_2))
    assert given.passes(redirect_switch_malformed, config=config, product=given.product(Generation.GITLAB))
    assert given.unknown(redirect_switch_malformed, config=config, product=given.product())


def test_a_single_value_is_a_finding(given: Given) -> None:
    fail = given.fail(
        redirect_switch_malformed, config=given.config("storage: {redirect: true}"), product=given.product()
    )

    assert "disable: true" in fail.remedy[Dialect.PLAIN].commands[0]


@pytest.mark.parametrize("storage", ["{}", "{redirect: {disable: true}}", "{redirect: {disable: false}}"])
def test_true_false_and_nothing_pass(given: Given, storage: str) -> None:
    config = given.config(f"storage: {storage}")

    assert given.passes(redirect_switch_malformed, config=config, product=given.product())
