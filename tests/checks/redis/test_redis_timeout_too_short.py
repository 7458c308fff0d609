"""Measured times against those that are waited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.redis.redis_timeout_too_short import redis_timeout_too_short
from regdoctor.evidence.exchange import FailureKind
from tests.checks.redis.redis_answers import answer, server

if TYPE_CHECKING:
    from tests.checks.conftest import Given


@pytest.mark.parametrize(
    ("settings", "resource"),
    [(", dialtimeout: 10ms", "redis.dialtimeout"), (", readtimeout: 15000000", "redis.readtimeout")],
)
def test_less_than_the_way_takes_is_told(given: Given, settings: str, resource: str) -> None:
    fail = given.fail(redis_timeout_too_short, redis=answer(server(connecting=0.03, answering=0.02), settings=settings))

    assert fail.resource == resource
    assert fail.remedy[Dialect.PLAIN].commands[0].endswith('"1s"')


@pytest.mark.parametrize("settings", ["", ", dialtimeout: 10ms", ", readtimeout: 0", ", readtimeout: soon"])
def test_time_enough_is_good(given: Given, settings: str) -> None:
    given.passes(redis_timeout_too_short, redis=answer(settings=settings))


def test_without_an_answer_nothing_is_measured(given: Given) -> None:
    given.skips(redis_timeout_too_short, redis=answer(server(fails=FailureKind.TIMEOUT)))
