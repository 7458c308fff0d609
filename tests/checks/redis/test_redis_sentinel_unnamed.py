"""Sentinels that are taken for Redis itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.checks.redis.redis_sentinel_unnamed import redis_sentinel_unnamed
from regdoctor.evidence.product import Generation
from regdoctor.formats.located import Computed, Located

if TYPE_CHECKING:
    from tests.checks.conftest import Given

V2, V3, FORK = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB


@pytest.mark.parametrize(
    ("text", "generation", "setting"),
    [
        ("addrs: ['a:26379', 'b:26379']", V3, "redis.mastername"),
        ("addr: 'a:26379,b:26379'", FORK, "redis.mainname"),
        ("addrs: ['a:5000'], sentinelpassword: secret-of-sentinel", V3, "redis.mastername"),
        ("cache: {enabled: true, addr: 'a:26379'}", FORK, "redis.cache.mainname"),
        ("addr: 'a:26379'", V2, "redis.addr"),
    ],
)
def test_sentinels_without_a_name_to_ask_for_are_told(
    given: Given, text: str, generation: Generation, setting: str
) -> None:
    config = given.config(f"redis: {{{text}}}\n")
    fail = given.fail(redis_sentinel_unnamed, config=config, product=given.product(generation))

    assert fail.resource == setting
    assert fail.evidence[0].line == 1


@pytest.mark.parametrize(
    ("text", "generation"),
    [
        ("addrs: ['a:26379', 'b:26379'], mastername: main", V3),
        ("addrs: ['a:26379'], masterName: main", V3),
        ("addr: 'a:26379,b:26379', mainname: main", FORK),
        ("cache: {enabled: true, addr: 'a:26379', mainname: main}", FORK),
        ("addrs: ['a:6379', 'b:6379', 'c:6379']", V3),
        ("addr: 'a:6379'", V2),
        ("db: 0", V2),
    ],
)
def test_named_ones_clusters_and_single_servers_are_fine(given: Given, text: str, generation: Generation) -> None:
    config = given.config(f"redis: {{{text}}}\n")

    given.passes(redis_sentinel_unnamed, config=config, product=given.product(generation))


def test_of_an_unknown_product_no_name_at_all_is_told(given: Given) -> None:
    check, product = redis_sentinel_unnamed, given.product()

    fail = given.fail(check, config=given.config("redis: {addr: 'a:26379'}\n"), product=product)
    assert "redis.mainname or redis.mastername" in fail.message
    named = given.config("redis: {addr: 'a:26379', mainname: main}\n")
    assert "product" in given.unknown(check, config=named, product=product)


def test_each_section_is_judged(given: Given) -> None:
    config = given.config("redis: {addr: 'a:26379', cache: {addr: 'b:26379'}}\n")
    found = given.fails(redis_sentinel_unnamed, config=config, product=given.product(FORK))

    assert [fail.resource for fail in found] == [
        "redis.mainname",
        "redis.cache.mainname",
    ]


def test_without_redis_there_is_nothing_to_judge(given: Given) -> None:
    config = given.config("storage: {inmemory: {}}\n")

    given.passes(redis_sentinel_unnamed, config=config, product=given.product())


def test_a_password_that_is_not_seen_leaves_nothing_open(given: Given) -> None:
    config = given.config("redis: {cache: {addr: 'a:26379', mainname: main, password: 5}}\n")
    cache = config.at("redis", "cache")
    assert cache is not None
    hidden = Located({**cache.entries(), "password": Located(Computed("in a secret"), cache.place)}, cache.place)
    redis = Located({"cache": hidden}, cache.place, "redis")
    given.passes(
        redis_sentinel_unnamed,
        config=replace(config, tree=Located({"redis": redis}, cache.place)),
        product=given.product(Generation.GITLAB),
    )
