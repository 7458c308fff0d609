"""Redis in the words of each version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Severity
from regdoctor.checks.redis.redis_settings_of_other_version import redis_settings_of_other_version
from regdoctor.evidence.product import Generation

if TYPE_CHECKING:
    from tests.checks.conftest import Given

V2, V3, FORK = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB

CACHE = "storage: {inmemory: {}, cache: {blobdescriptor: redis}}\n"


def test_3_does_not_read_addr(given: Given) -> None:
    config = given.config(f"{CACHE}redis:\n  addr: redis.example.com:6379\n")
    fail = given.fail(redis_settings_of_other_version, config=config, product=given.product(V3, 3, 0, 0))

    assert "reads redis.addrs, not redis.addr" in fail.message
    assert fail.severity is Severity.CRITICAL
    assert fail.remedy[Dialect.PLAIN].commands == ('redis:\n  addrs: ["redis.example.com:6379"]',)
    assert fail.remedy[Dialect.COMPOSE].commands == ("REGISTRY_REDIS_OPTIONS_ADDRS: '[\"redis.example.com:6379\"]'",)
    assert len(fail.evidence) == 3


@pytest.mark.parametrize("generation", [V2, V3, FORK, None])
def test_a_section_that_nothing_uses_does_no_harm(given: Given, generation: Generation | None) -> None:
    product = given.product(generation) if generation else given.product()
    config = given.config("storage: {cache: {blobdescriptor: inmemory}}\nredis: {addr: 'r:6379', pool: {maxidle: 1}}\n")

    given.passes(redis_settings_of_other_version, config=config, product=product)


@pytest.mark.parametrize("generation", [V2, FORK])
def test_2_and_gitlabs_do_not_read_addrs(given: Given, generation: Generation) -> None:
    config = given.config(f"{CACHE}redis:\n  addrs: ['redis.example.com:6379']\n")
    fail = given.fail(redis_settings_of_other_version, config=config, product=given.product(generation))

    assert fail.severity is Severity.CRITICAL
    assert "redis.example.com:6379" in fail.remedy[Dialect.PLAIN].commands[0]


def test_3_does_not_read_the_pool(given: Given) -> None:
    config = given.config(f"{CACHE}redis:\n  addrs: ['r:6379']\n  pool:\n    maxactive: 64\n")
    fail = given.fail(redis_settings_of_other_version, config=config, product=given.product(V3, 3))

    assert "redis.poolsize" in fail.message
    assert fail.evidence[0].line == 5
    assert fail.remedy[Dialect.PLAIN].commands == ("redis:\n  poolsize: 64",)


@pytest.mark.parametrize(
    ("text", "generation"),
    [
        ("redis: {addr: 'r:6379', pool: {maxidle: 16}}\n", V2),
        ("redis: {addr: 'r:6379', pool: {size: 10}}\n", FORK),
        ("redis: {addrs: ['r:6379'], poolsize: 64}\n", V3),
        ("redis: {addrs: ['r:6379'], pool: {}}\n", V3),
        ("", V3),
        ("redis: {db: 0}\n", V3),
    ],
)
def test_each_in_its_own_words_is_fine(given: Given, text: str, generation: Generation) -> None:
    config = given.config(f"{CACHE}{text}")

    given.passes(redis_settings_of_other_version, config=config, product=given.product(generation))


def test_an_unknown_version_is_judged_only_where_all_agree(given: Given) -> None:
    one, both = (given.config(f"{CACHE}redis: {{{text}}}\n") for text in ("addr: 'r:1'", "addr: 'r:1', addrs: ['r:1']"))

    assert "redis.addrs" in given.unknown(redis_settings_of_other_version, config=one, product=given.product())
    given.passes(redis_settings_of_other_version, config=both, product=given.product())


def test_gitlabs_cache_has_a_server_of_its_own(given: Given) -> None:
    config = given.config(CACHE + "redis: {addrs: ['r:1'], cache: {enabled: true, addr: 'r:6379'}}\n")

    given.skips(redis_settings_of_other_version, config=config, product=given.product(FORK))
