"""Storage classes: what each product takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.s3_storage_class_refused import s3_storage_class_refused
from regdoctor.evidence.product import Generation
from regdoctor.formats.registry_config import RegistryConfig

if TYPE_CHECKING:
    from tests.checks.conftest import Given

TWO, THREE, GITLAB = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB


def _config(given: Given, value: str) -> RegistryConfig:
    return given.config(f"storage:\n  s3:\n    storageclass: {value}\n")


@pytest.mark.parametrize("value", ["GLACIER", "DEEP_ARCHIVE", "''", "5"])
def test_a_class_that_nobody_takes_is_a_finding(given: Given, value: str) -> None:
    for generation in (None, TWO, THREE, GITLAB):
        fail = given.fail(s3_storage_class_refused, config=_config(given, value), product=given.product(generation))
        assert [quote.line for quote in fail.evidence][:1] == [3]
        assert value not in fail.remedy[Dialect.PLAIN].commands[0].split()


def test_infrequent_access_depends_on_the_product(given: Given) -> None:
    config = _config(given, "standard_ia")

    given.fail(s3_storage_class_refused, config=config, product=given.product(TWO, 2, 8, 3))
    assert given.passes(s3_storage_class_refused, config=config, product=given.product(THREE))
    assert given.unknown(s3_storage_class_refused, config=config, product=given.product(GITLAB))
    assert given.unknown(s3_storage_class_refused, config=config, product=given.product())


def test_a_misspelt_one_is_mended_to_the_nearest(given: Given) -> None:
    fail = given.fail(s3_storage_class_refused, config=_config(given, "STANDART"), product=given.product(TWO))

    assert "storageclass: STANDARD" in fail.remedy[Dialect.PLAIN].commands[0]


@pytest.mark.parametrize("value", ["STANDARD", "standard", "none", "REDUCED_REDUNDANCY", ""])
def test_what_all_take_passes(given: Given, value: str) -> None:
    assert given.passes(s3_storage_class_refused, config=_config(given, value), product=given.product())


def test_other_drivers_are_not_judged(given: Given) -> None:
    assert given.skips(s3_storage_class_refused, config=given.config("storage: filesystem"), product=given.product())
