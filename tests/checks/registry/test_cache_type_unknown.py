"""A cache of an unknown type is none, and one in Redis needs the address of a Redis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Severity
from regdoctor.checks.registry.cache_type_unknown import cache_type_unknown
from regdoctor.evidence.product import Generation

if TYPE_CHECKING:
    from tests.checks.conftest import Given


@pytest.mark.parametrize(
    "line", ["blobdescriptor: memcache", "layerinfo: memory", "blobdescriptor: Inmemory", "blobdescriptor: 5"]
)
def test_an_unknown_type_is_a_finding(given: Given, line: str) -> None:
    config = given.config(f"version: 0.1\nstorage:\n  cache:\n    {line}\n")
    fail = given.fail(cache_type_unknown, config=config, product=given.product())

    assert "without a cache" in fail.message
    assert fail.severity is None
    assert [quote.line for quote in fail.evidence] == [4]


@pytest.mark.parametrize("redis", ["", "redis: {password: x}", "redis: {addr: ''}"])
def test_redis_without_an_address_stops_the_registry(given: Given, redis: str) -> None:
    config = given.config(f"storage: {{cache: {{blobdescriptor: redis}}}}\n{redis}\n")
    fail = given.fail(cache_type_unknown, config=config, product=given.product())

    assert "no address of a Redis" in fail.message
    assert fail.severity is Severity.CRITICAL
    assert len(fail.evidence) == 2


def test_the_list_of_addresses_is_distribution_3s(given: Given) -> None:
    config = given.config("storage: {cache: {blobdescriptor: redis}}\nredis: {addrs: ['r:6379']}\n")

    assert given.passes(cache_type_unknown, config=config, product=given.product(Generation.DISTRIBUTION_3))
    assert given.unknown(cache_type_unknown, config=config, product=given.product())
    fail = given.fail(cache_type_unknown, config=config, product=given.product(Generation.DISTRIBUTION_2))
    assert fail.evidence[1].quote.startswith("redis.addrs")


def test_with_the_metadata_database_gitlabs_registry_does_not_look_at_it(given: Given) -> None:
    config = given.config("storage: {cache: {blobdescriptor: redis}}\ndatabase: {enabled: true}\n")

    assert given.passes(cache_type_unknown, config=config, product=given.product(Generation.GITLAB))
    given.fail(cache_type_unknown, config=config, product=given.product(Generation.DISTRIBUTION_2))


def test_a_single_value_in_place_of_the_section_stops_the_registry(given: Given) -> None:
    fail = given.fail(cache_type_unknown, config=given.config("storage: {cache: redis}"), product=given.product())

    assert fail.severity is Severity.CRITICAL


@pytest.mark.parametrize(
    "storage",
    ["{}", "{cache: }", "{cache: {}}", "{cache: {blobdescriptor: inmemory}}", "{cache: {blobdescriptor: ''}}"],
)
def test_known_types_and_none_pass(given: Given, storage: str) -> None:
    assert given.passes(cache_type_unknown, config=given.config(f"storage: {storage}"), product=given.product())


def test_redis_with_an_address_passes(given: Given) -> None:
    config = given.config("storage: {cache: {blobdescriptor: redis}}\nredis: {addr: 'r:6379'}\n")

    assert given.passes(cache_type_unknown, config=config, product=given.product())
