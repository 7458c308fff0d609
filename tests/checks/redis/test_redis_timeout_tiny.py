"""How long Redis may take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.redis.redis_timeout_tiny import redis_timeout_tiny
from regdoctor.evidence.product import Generation

if TYPE_CHECKING:
    from tests.checks.conftest import Given

V2, V3, FORK = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB

USED = "storage: {inmemory: {}, cache: {blobdescriptor: redis}}\n"


@pytest.mark.parametrize(
    ("redis", "used"),
    [
        ("addr: redis.example.com:6379, dialtimeout: 10ms", USED),
        ("addrs: ['redis.example.com:6379'], readtimeout: 5ms", USED),
        ("addr: redis:6379, writetimeout: 500", USED),
        ("addr: localhost:6379, dialtimeout: 10", USED),
    ],
)
def test_too_little_time_is_told(given: Given, redis: str, used: str) -> None:
    config = given.config(f"{used}redis: {{{redis}}}\n")
    fail = given.fail(redis_timeout_tiny, config=config)

    assert fail.resource.endswith("timeout")
    assert [quote.line for quote in fail.evidence] == [2, 2]
    assert fail.remedy[Dialect.PLAIN].commands[0].endswith('timeout: "1s"')


def test_a_number_without_unit_is_named_by_its_unit(given: Given) -> None:
    config = given.config(f"{USED}redis: {{addr: 'redis:6379', writetimeout: 500}}\n")

    assert "500 nanoseconds" in given.fail(redis_timeout_tiny, config=config).message


def test_gitlabs_cache_is_judged_where_it_is_on(given: Given) -> None:
    text = "redis: {{cache: {{enabled: {on}, addr: 'redis.example.com:6379', dialtimeout: 10ms}}}}\n"

    fail = given.fail(redis_timeout_tiny, config=given.config(text.format(on="true")))
    assert fail.resource == "redis.cache.dialtimeout"
    given.passes(redis_timeout_tiny, config=given.config(text.format(on="false")))


@pytest.mark.parametrize(
    "text",
    [
        f"{USED}redis: {{addr: 'localhost:6379', dialtimeout: 10ms, readtimeout: 10ms}}\n",
        "storage: {inmemory: {}, cache: {blobdescriptor: inmemory}}\nredis: {addr: 'redis:6379', dialtimeout: 10ms}\n",
        f"{USED}redis: {{addr: 'r.example.com:6379', dialtimeout: 20ms}}\n",
        f"{USED}redis: {{addr: 'r.example.com:6379', dialtimeout: 0}}\n",
        f"{USED}redis: {{addr: 'r.example.com:6379', dialtimeout: soon}}\n",
        f"{USED}redis: {{dialtimeout: 10ms}}\n",
        USED,
    ],
)
def test_examples_and_servers_nearby_are_left_alone(given: Given, text: str) -> None:
    given.passes(redis_timeout_tiny, config=given.config(text))


def test_each_timeout_is_told(given: Given) -> None:
    config = given.config(f"{USED}redis: {{addr: 'r:6379', dialtimeout: 1ms, readtimeout: 1ms, writetimeout: 1s}}\n")

    assert len(given.fails(redis_timeout_tiny, config=config)) == 2
