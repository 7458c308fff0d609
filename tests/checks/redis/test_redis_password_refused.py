"""A login that Redis does not take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Severity
from regdoctor.checks.redis.redis_password_refused import redis_password_refused
from regdoctor.distribution.generation import Generation
from regdoctor.evidence.exchange import FailureKind
from tests.checks.redis.redis_answers import answer, server

if TYPE_CHECKING:
    from tests.checks.conftest import Given

TWO, FORK = Generation.DISTRIBUTION_2, Generation.GITLAB
NEEDLESS = "ERR AUTH <password> called without any password configured for the default user."


@pytest.mark.parametrize(
    ("error", "words"),
    [("WRONGPASS invalid", "refuses redis.password"), ("NOAUTH need", "is not set"), (NEEDLESS, "has no password")],
)
def test_what_is_refused_is_told(given: Given, error: str, words: str) -> None:
    redis = answer(server(refused=error, refused_to="AUTH"))
    fail = given.fail(redis_password_refused, redis=redis, product=given.product(TWO))

    assert words in fail.message
    assert fail.resource == "redis.password"
    assert fail.severity is None


def test_gitlabs_registry_does_not_start_so(given: Given) -> None:
    redis = answer(server(refused="WRONGPASS no", refused_to="AUTH"), generation=FORK)
    fail = given.fail(redis_password_refused, redis=redis, product=given.product(FORK))

    assert fail.severity is Severity.ERROR


def test_a_sentinels_own_password_is_named(given: Given) -> None:
    redis = answer(server(refused="NOAUTH need", refused_to="PING"), settings=", mainname: m", generation=FORK)
    fail = given.fail(redis_password_refused, redis=redis, product=given.product(FORK))

    assert fail.resource == "redis.sentinelpassword"


def test_whether_a_needless_password_matters_depends_on_the_product(given: Given) -> None:
    redis = answer(server(refused=NEEDLESS, refused_to="AUTH"))

    given.unknown(redis_password_refused, redis=redis, product=given.product())


def test_a_user_of_few_rights_is_left_open(given: Given) -> None:
    redis = answer(server(refused="NOPERM no", refused_to="PING"))

    given.unknown(redis_password_refused, redis=redis, product=given.product(TWO))


def test_a_login_that_is_taken_is_good(given: Given) -> None:
    given.passes(redis_password_refused, redis=answer(), product=given.product(TWO))


def test_where_nothing_answers_there_is_no_login(given: Given) -> None:
    redis = answer(server(fails=FailureKind.REFUSED))

    given.skips(redis_password_refused, redis=redis, product=given.product(TWO))
