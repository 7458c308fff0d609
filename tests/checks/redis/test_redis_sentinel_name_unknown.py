"""The name that sentinels are asked by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.redis.redis_sentinel_name_unknown import redis_sentinel_name_unknown
from regdoctor.distribution.generation import Generation
from tests.checks.redis.redis_answers import GOOD, answer, server

if TYPE_CHECKING:
    from tests.checks.conftest import Given

FORK = Generation.GITLAB


@pytest.mark.parametrize("known", [("theirs",), ("theirs", "another"), ()])
def test_a_name_that_nobody_knows_is_told(given: Given, known: tuple[str, ...]) -> None:
    redis = answer(settings=", mainname: ours", generation=FORK, unknown_to=(GOOD,), known_names=known)
    fail = given.fail(redis_sentinel_name_unknown, redis=redis)

    assert fail.resource == "redis.mainname"
    assert "called ours" in fail.message
    assert ("theirs" in fail.remedy[Dialect.PLAIN].commands[0]) == (len(known) == 1)


def test_distribution_3_has_another_setting(given: Given) -> None:
    three = Generation.DISTRIBUTION_3
    redis = answer(settings=", masterName: ours", generation=three, unknown_to=(GOOD,), known_names=("theirs",))

    assert given.fail(redis_sentinel_name_unknown, redis=redis).resource == "redis.masterName"


def test_a_name_that_is_known_is_good(given: Given) -> None:
    redis = answer(settings=", mainname: ours", generation=FORK, main=server("m.example.com:6379"))

    assert "m.example.com" in given.passes(redis_sentinel_name_unknown, redis=redis)


def test_without_an_answer_nothing_is_told(given: Given) -> None:
    given.unknown(redis_sentinel_name_unknown, redis=answer(settings=", mainname: ours", generation=FORK))
    given.skips(redis_sentinel_name_unknown, redis=answer())
