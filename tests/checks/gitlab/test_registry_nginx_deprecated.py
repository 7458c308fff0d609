"""The legacy name is told where the version warns of it, and a contradiction everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip
from regdoctor.checks.gitlab.registry_nginx_deprecated import registry_nginx_deprecated
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.located import UndecidedError

if TYPE_CHECKING:
    from tests.checks.conftest import Given

LEGACY = "registry_nginx['listen_port'] = 5050\n"


def _outcomes(given: Given, code: str, product: Product) -> list[Outcome]:
    return given.outcomes(registry_nginx_deprecated, rb=given.rb(code), product=product)


def test_a_version_that_warns_makes_it_worth_knowing(given: Given) -> None:
    (fail,) = _outcomes(given, LEGACY, given.product(Generation.GITLAB, 4, 41, 0))
    assert isinstance(fail, Fail)
    assert fail.severity is None
    assert fail.evidence[0].line == 1


@pytest.mark.parametrize("version", [(), (4,), (4, 40, 0), (3, 86)])
def test_other_versions_read_it_without_a_word(given: Given, version: tuple[int, ...]) -> None:
    (outcome,) = _outcomes(given, LEGACY, given.product(Generation.GITLAB, *version))
    assert isinstance(outcome, Pass)


def test_an_unknown_product_is_not_told(given: Given) -> None:
    (outcome,) = _outcomes(given, LEGACY, given.product())
    assert isinstance(outcome, Pass)


def test_two_values_of_one_setting_are_a_contradiction(given: Given) -> None:
    (fail,) = _outcomes(given, f"registry['nginx']['listen_port'] = 443\n{LEGACY}", given.product())
    assert isinstance(fail, Fail)
    assert fail.severity is Severity.WARNING
    assert "5050" in fail.message
    assert "443" in fail.message
    assert [quote.line for quote in fail.evidence] == [2, 1]


@pytest.mark.parametrize("value", ["5050", "nil", "ENV['PORT']"])
def test_the_same_value_none_or_a_computed_one_is_no_contradiction(given: Given, value: str) -> None:
    (outcome,) = _outcomes(given, f"registry['nginx']['listen_port'] = {value}\n{LEGACY}", given.product())
    assert isinstance(outcome, Pass)


def test_a_section_that_is_computed_leaves_it_open(given: Given) -> None:
    with pytest.raises(UndecidedError):
        _outcomes(given, f"registry['nginx'] = ENV['X']\n{LEGACY}", given.product())


def test_the_present_name_alone_is_skipped(given: Given) -> None:
    (outcome,) = _outcomes(given, "registry['nginx']['listen_port'] = 1\n", given.product(Generation.GITLAB, 4, 41, 0))
    assert isinstance(outcome, Skip)
