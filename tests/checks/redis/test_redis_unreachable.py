"""A Redis that does not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Severity
from regdoctor.checks.redis.redis_unreachable import redis_unreachable
from regdoctor.distribution.generation import Generation
from regdoctor.evidence.exchange import FailureKind
from tests.checks.redis.redis_answers import answer, server

if TYPE_CHECKING:
    from tests.checks.conftest import Given


@pytest.mark.parametrize(
    ("kind", "modes"),
    [
        (FailureKind.REFUSED, ()),
        (FailureKind.TIMEOUT, ("RED-05",)),
        (FailureKind.TLS, ("TLS-14",)),
        (FailureKind.SCHEME, ()),
        (FailureKind.NAME, ()),
    ],
)
def test_a_server_that_does_not_answer_is_told(given: Given, kind: FailureKind, modes: tuple[str, ...]) -> None:
    fail = given.fail(redis_unreachable, redis=answer(server(fails=kind)))

    assert fail.failure_modes == modes
    assert kind.value in fail.message
    assert fail.severity is None


def test_gitlabs_registry_does_not_start_without_it(given: Given) -> None:
    gone = answer(server(fails=FailureKind.REFUSED), generation=Generation.GITLAB)

    assert given.fail(redis_unreachable, redis=gone).severity is Severity.ERROR


def test_one_of_several_is_told_with_what_is_left(given: Given) -> None:
    both = answer(server(), server("s.example.com:6379", FailureKind.REFUSED))

    assert "others of its servers answer" in given.fail(redis_unreachable, redis=both).message


@pytest.mark.parametrize("error", ["DENIED Redis is running in protected mode", "ERR max number of clients reached"])
def test_a_server_that_turns_all_away_is_told(given: Given, error: str) -> None:
    redis = answer(server(refused=error, refused_to="PING"))

    assert error in given.fail(redis_unreachable, redis=redis).message


def test_a_name_of_one_word_is_left_open(given: Given) -> None:
    given.unknown(redis_unreachable, redis=answer(server("redis:6379", FailureKind.NAME)))


def test_a_certificate_that_the_registry_does_not_look_at_is_left_open(given: Given) -> None:
    redis = answer(
        server(fails=FailureKind.TLS), settings=", tls: {enabled: true, insecure: true}", generation=Generation.GITLAB
    )

    given.unknown(redis_unreachable, redis=redis)


def test_a_server_that_answers_is_good(given: Given) -> None:
    given.passes(redis_unreachable, redis=answer())
    given.passes(redis_unreachable, redis=answer(server(refused="WRONGPASS no", refused_to="AUTH")))
