"""Each partition has its own domain."""

from __future__ import annotations

import botocore.session

from regdoctor.distribution.aws_partitions import dns_suffix


def test_every_region_that_botocore_knows_has_the_domain_that_it_says() -> None:
    partitions = botocore.session.Session().get_data("partitions")["partitions"]
    expected = {region: one["outputs"]["dnsSuffix"] for one in partitions for region in one["regions"]}
    expected = {region: suffix for region, suffix in expected.items() if not region.endswith("-global")}
    assert len(expected) > 30
    assert {region: dns_suffix(region) for region in expected} == expected


def test_a_region_that_nobody_knows_is_of_the_standard_partition() -> None:
    assert dns_suffix("us-gov-west-1") == dns_suffix("my-own-1") == "amazonaws.com"
