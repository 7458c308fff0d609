"""One token that is taken and refused is a finding, with the address or the clock where they tell; else nothing is."""

from __future__ import annotations

from email.utils import formatdate
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.auth.tokens_refused_by_some import tokens_refused_by_some
from regdoctor.distribution.tokens import read_token, sign_token
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.token_trials import TokenTrials, Trial
from tests.evidence.token_traffic import JSON, Traffic, jwt_of, may

if TYPE_CHECKING:
    from tests.checks.conftest import Given

REALM = Exchange("GET", "https://gitlab.example.com/jwt/auth", status=200)
NOW = 1_700_000_000.0


def _answer(status: int, peer: str = "192.0.2.1:443", ahead: float | None = None) -> Exchange:
    headers = (("Date", formatdate(NOW + ahead, usegmt=True)),) if ahead is not None else ()
    url = "https://r.example.com/v2/"
    return Exchange("GET", url, status=status, headers=headers, started=NOW, peer=peer)


def _trials(*answers: Exchange) -> TokenTrials:
    first, repeats = (answers[0], answers[1:]) if answers else (None, ())
    trial = Trial("from the realm for bob", True, REALM, None, first, repeats)
    return TokenTrials((trial,), "https://r.example.com")


@pytest.mark.parametrize("first", [200, 401])
def test_instances_behind_one_address_take_turns(given: Given, first: int) -> None:
    other = 601 - first
    trials = _trials(*(_answer(status) for status in (first, other) * 3))
    fail = given.fail(tokens_refused_by_some, trials=trials)
    told = "instances that differ take turns behind 192.0.2.1:443"
    assert fail.message == f"3 of 6 answers refused the same token: {told}"
    assert f"{first}, {other}, {first}" in fail.evidence[2].quote
    assert fail.resource == "https://r.example.com"
    assert "login_unauthorized" in tokens_refused_by_some.explains


def test_an_address_whose_answers_alone_refuse_is_named(given: Given) -> None:
    answers = [_answer(200, "192.0.2.1:443"), _answer(401, "192.0.2.2:443"), _answer(200, "192.0.2.1:443")]
    fail = given.fail(tokens_refused_by_some, trials=_trials(*answers))
    told = "those of 192.0.2.2:443, never those of 192.0.2.1:443"
    assert fail.message == f"1 of 3 answers refused the same token: {told}"


def test_an_address_that_also_takes_it_is_not_blamed_alone(given: Given) -> None:
    answers = [_answer(200, "192.0.2.1:443"), _answer(401, "192.0.2.2:443"), _answer(401, "192.0.2.1:443")]
    fail = given.fail(tokens_refused_by_some, trials=_trials(*answers))
    assert fail.message.endswith("take turns behind 192.0.2.1:443")


def test_the_certificate_is_the_likelier_cause_unless_the_clocks_lie_apart(given: Given) -> None:
    near = given.fail(tokens_refused_by_some, trials=_trials(_answer(200, ahead=0), _answer(401, ahead=1)))
    apart = given.fail(tokens_refused_by_some, trials=_trials(_answer(200, ahead=0), _answer(401, ahead=-400)))
    assert "clock" not in near.message
    assert near.remedy[Dialect.PLAIN].text.startswith("Most likely one has another rootcertbundle")
    assert apart.message.endswith(", and their clocks are 400 s apart")
    assert apart.remedy[Dialect.PLAIN].text.startswith("Most likely the clock of one is off; else")


@pytest.mark.parametrize(("status", "word"), [(200, "take"), (401, "refuse")])
def test_answers_that_agree_are_none_of_its_business(given: Given, status: int, word: str) -> None:
    told = given.passes(tokens_refused_by_some, trials=_trials(_answer(status), _answer(status, "192.0.2.2:443")))
    assert told == f"2 of 2 answers {word} the same token, at 2 addresses"


@pytest.mark.parametrize("other", [429, 502, 403])
def test_an_answer_that_does_not_judge_the_token_does_not_count(given: Given, other: int) -> None:
    assert "once only" in given.unknown(tokens_refused_by_some, trials=_trials(_answer(200), _answer(other)))


def test_without_a_token_that_was_issued_there_is_nothing_to_say(given: Given) -> None:
    assert "by nobody" in given.unknown(tokens_refused_by_some, trials=_trials())
    signed = Trial("signed here", False, None, None, _answer(200))
    assert given.skips(tokens_refused_by_some, trials=TokenTrials((signed,)))


def test_a_token_that_holds_anything_stays_on_one_short_line(given: Given) -> None:
    signed = sign_token(
        given.rsa(1), issuer="\x1b[2J\n" + "x" * 9999, audience="s", subject="", access=(), now=NOW, kid="\n" * 9999
    )
    token = read_token(signed.reveal())
    trial = Trial("from the realm for bob", True, REALM, token, _answer(200), (_answer(401),))
    fail = given.fail(tokens_refused_by_some, trials=TokenTrials((trial,), "https://r.example.com"))
    quote = fail.evidence[2].quote
    assert quote.isprintable()
    assert len(quote) < 300


@pytest.mark.parametrize("statuses", [(200, 401), (401, 200)])
def test_traffic_shows_one_token_taken_and_refused(statuses: tuple[int, int]) -> None:
    seen = Traffic()
    seen.given(jwt_of(may("a", "pull", "push")), "repository:a:pull,push")
    for status in statuses:
        if status == 401:
            seen.invalid("GET /v2/a/tags/list")
        else:
            seen.ask("GET /v2/a/tags/list", 200, JSON)

    assert "tokens_refused_by_some" in seen.names()


def test_a_token_that_was_taken_until_it_ran_out_shows_no_difference_between_instances() -> None:
    seen = Traffic()
    seen.given(jwt_of(may("a", "pull")), "repository:a:pull")
    seen.ask("GET /v2/a/tags/list", 200, JSON)
    seen.now += 400
    seen.invalid("GET /v2/a/tags/list")

    assert seen.findings() == []
