"""chunksize: what is refused, and what limits the size of layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Severity
from regdoctor.checks.storage.s3_chunksize_invalid import s3_chunksize_invalid
from regdoctor.evidence.product import Generation
from regdoctor.formats.registry_config import RegistryConfig

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _config(given: Given, value: str) -> RegistryConfig:
    return given.config(f"storage:\n  s3:\n    chunksize: {value}\n")


@pytest.mark.parametrize(
    "value", ["5242879", "1024", "'5242879'", "0", "-1", "5368709121", "25MB", "true", "''", "'1.5'"]
)
def test_out_of_bounds_or_no_number_is_refused(given: Given, value: str) -> None:
    fail = given.fail(s3_chunksize_invalid, config=_config(given, value), product=given.product())

    assert "does not start" in fail.message
    assert fail.failure_modes == ("S3-14",)
    assert [quote.line for quote in fail.evidence] == [3]
    assert "chunksize: 26214400" in fail.remedy[Dialect.PLAIN].commands[0]


def test_a_number_as_helm_writes_large_ones_is_refused_by_distribution(given: Given) -> None:
    config = _config(given, "2.62144e+07")

    given.fail(s3_chunksize_invalid, config=config, product=given.product(Generation.DISTRIBUTION_3))
    assert given.unknown(s3_chunksize_invalid, config=config, product=given.product(Generation.GITLAB))


@pytest.mark.parametrize(("value", "largest"), [("5242881", "48 GiB"), ("'0x600000'", "58 GiB"), ("8388608", "78 GiB")])
def test_less_than_the_default_limits_layers(given: Given, value: str, largest: str) -> None:
    fail = given.fail(s3_chunksize_invalid, config=_config(given, value), product=given.product())

    assert largest in fail.message
    assert fail.severity is Severity.INFO
    assert fail.failure_modes == ("S3-17",)


@pytest.mark.parametrize("value", ["10485760", "'26214400'", "5368709120", "", "5242880"])
def test_the_default_and_more_pass_and_so_does_the_documented_example(given: Given, value: str) -> None:
    assert given.passes(s3_chunksize_invalid, config=_config(given, value), product=given.product())


def test_other_drivers_are_not_judged(given: Given) -> None:
    assert given.skips(s3_chunksize_invalid, config=given.config("storage: filesystem"), product=given.product())
