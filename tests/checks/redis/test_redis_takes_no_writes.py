"""A Redis that answers and stores nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.checks.redis.redis_takes_no_writes import redis_takes_no_writes
from tests.checks.redis.redis_answers import answer, server

if TYPE_CHECKING:
    from tests.checks.conftest import Given

REPLICA = {"role": "slave", "slave_read_only": "1", "master_host": "m.example.com", "master_port": "6379"}
FULL = {"role": "master", "used_memory": "2000", "maxmemory": "1000", "maxmemory_policy": "noeviction"}


def test_a_replica_is_told_with_its_main_server(given: Given) -> None:
    assert "m.example.com:6379" in given.fail(redis_takes_no_writes, redis=answer(server(info=REPLICA))).message


def test_a_full_server_is_told(given: Given) -> None:
    assert given.fail(redis_takes_no_writes, redis=answer(server(info=FULL))).failure_modes == ()


@pytest.mark.parametrize(
    "info",
    [
        REPLICA | {"slave_read_only": "0"},
        FULL | {"maxmemory_policy": "allkeys-lru"},
        FULL | {"maxmemory": "0"},
        FULL | {"used_memory": "900"},
        FULL | {"mem_not_counted_for_evict": "1500"},
    ],
)
def test_one_that_takes_writes_is_good(given: Given, info: dict[str, str]) -> None:
    given.passes(redis_takes_no_writes, redis=answer(server(info=info)))


def test_a_cluster_may_have_replicas(given: Given) -> None:
    given.skips(redis_takes_no_writes, redis=answer(server(info=REPLICA), server("s.example.com:6379")))
    given.skips(redis_takes_no_writes, redis=answer(server(info={})))
