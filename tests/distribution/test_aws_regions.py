"""Regions of AWS are told from names that cannot be one, and from those that may have opened since."""

from __future__ import annotations

import pytest

from regdoctor.distribution.aws_regions import AWS_REGIONS, may_be_newer


def test_every_known_region_has_the_shape_of_one() -> None:
    assert [name for name in AWS_REGIONS if not may_be_newer(name)] == []


@pytest.mark.parametrize(
    "name", ["us-easr-1", "US-EAST-1", "minio", "us-east", "us-east-1a", "", "eu-west-10", "xx-east-1"]
)
def test_what_cannot_be_a_region_is_told(name: str) -> None:
    assert not may_be_newer(name)
    assert name not in AWS_REGIONS
