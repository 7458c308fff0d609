"""A token that the registry finds at its own port, and not at its public address, was lost on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regdoctor.check import Dialect
from regdoctor.checks.proxy.authorization_dropped import authorization_dropped
from regdoctor.evidence.exchange import Exchange
from tests.checks.proxy.asked_answers import INNER, PUBLIC, answers, down, other_page, own, page

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def test_a_token_that_arrives_passes(given: Given) -> None:
    assert "reached" in given.passes(authorization_dropped, answers=answers())
    assert "reached" in given.passes(authorization_dropped, answers=answers(with_token_inside=None))


def test_a_token_that_only_the_own_port_finds_was_lost(given: Given) -> None:
    fail = given.fail(authorization_dropped, answers=answers(with_token=own()))

    assert PUBLIC in fail.message
    assert fail.resource == PUBLIC
    assert "with a token" in fail.evidence[0].quote
    assert "invalid_token" not in fail.evidence[0].quote
    assert INNER in fail.evidence[1].quote
    assert "invalid_token" in fail.evidence[1].quote
    assert fail.remedy[Dialect.PLAIN].commands[0] == "proxy_set_header Authorization $http_authorization;"


def test_from_outside_alone_nothing_is_blamed(given: Given) -> None:
    assert "cannot be asked" in given.skips(
        authorization_dropped, answers=answers(with_token=own(), with_token_inside=None)
    )


def test_a_registry_that_never_says_so_is_skipped(given: Given) -> None:
    quiet = answers(with_token=own(), with_token_inside=own(url=INNER))

    assert "does not say" in given.skips(authorization_dropped, answers=quiet)


def test_a_registry_without_tokens_is_skipped(given: Given) -> None:
    here = answers()

    assert "not ask" in given.skips(authorization_dropped, answers=replace(here, ping=given.open(PUBLIC)))


def test_a_challenge_that_a_proxy_writes_says_nothing_of_the_token(given: Given) -> None:
    challenge = ("WWW-Authenticate", 'Bearer realm="https://a.example.com/t",service="b"')
    rewritten = Exchange("GET", PUBLIC, status=401, headers=(challenge,))

    assert "not clear" in given.unknown(authorization_dropped, answers=answers(with_token=rewritten))


def test_another_answer_than_the_registrys_is_not_judged(given: Given) -> None:
    assert "nginx answers 400" in given.unknown(authorization_dropped, answers=answers(with_token=page(400)))
    assert "not clear" in given.unknown(authorization_dropped, answers=answers(with_token=other_page(403)))
    assert "too slow" in given.unknown(authorization_dropped, answers=answers(with_token=down()))
