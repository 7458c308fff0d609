"""The region of the S3 driver: missing, misspelt, or only unknown to us."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.s3_region_invalid import s3_region_invalid
from regdoctor.evidence.product import Generation
from regdoctor.formats.registry_config import RegistryConfig

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _config(given: Given, *lines: str) -> RegistryConfig:
    return given.config("storage:\n  s3:\n    bucket: b\n" + "".join(f"    {line}\n" for line in lines))


@pytest.mark.parametrize("line", ["accesskey: a", "region:", "region: ''"])
def test_no_region_is_a_finding(given: Given, line: str) -> None:
    fail = given.fail(s3_region_invalid, config=_config(given, line), product=given.product())

    assert "given no region" in fail.message
    assert "aws s3api get-bucket-location --bucket b" in fail.remedy[Dialect.PLAIN].commands


def test_with_another_service_all_but_distribution_3_need_one(given: Given) -> None:
    config = _config(given, "regionendpoint: http://minio:9000")

    fail = given.fail(s3_region_invalid, config=config, product=given.product(Generation.DISTRIBUTION_2))
    assert len(fail.evidence) == 2
    assert "region: us-east-1" in fail.remedy[Dialect.PLAIN].commands[0]
    given.fail(s3_region_invalid, config=config, product=given.product(Generation.GITLAB))
    assert given.passes(s3_region_invalid, config=config, product=given.product(Generation.DISTRIBUTION_3))
    assert given.unknown(s3_region_invalid, config=config, product=given.product())


@pytest.mark.parametrize(
    ("region", "meant"), [("us-easr-1", "us-east-1"), ("US-EAST-1", "us-east-1"), ("eu-cental-1", "eu-central-1")]
)
def test_a_misspelt_region_is_a_finding_with_the_nearest(given: Given, region: str, meant: str) -> None:
    fail = given.fail(s3_region_invalid, config=_config(given, f"region: {region}"), product=given.product())

    assert f"Did you mean {meant}?" in fail.message
    assert [quote.line for quote in fail.evidence] == [4]


def test_a_name_far_from_any_region_is_a_finding(given: Given) -> None:
    fail = given.fail(s3_region_invalid, config=_config(given, "region: minio"), product=given.product())

    assert "Did you mean" not in fail.message


@pytest.mark.parametrize("lines", [("region: eu-central-1",), ("region: minio", "regionendpoint: http://m:9000")])
def test_a_region_and_any_name_with_an_endpoint_pass(given: Given, lines: tuple[str, ...]) -> None:
    assert given.passes(s3_region_invalid, config=_config(given, *lines), product=given.product())


def test_a_region_that_may_be_new_is_unknown(given: Given) -> None:
    assert given.unknown(s3_region_invalid, config=_config(given, "region: eu-west-9"), product=given.product())


def test_other_drivers_are_not_judged(given: Given) -> None:
    assert given.skips(s3_region_invalid, config=given.config("storage: filesystem"), product=given.product())
