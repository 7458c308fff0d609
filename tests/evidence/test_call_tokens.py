"""What a call tells of the token that it shows: who gave it, for how long it was held, and whether it was in time."""

from __future__ import annotations

import pytest

from regdoctor.distribution.generation import Generation
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_tokens import (
    asked_of_service,
    is_good_in_time,
    life_of,
    product_at,
    refused_in_time,
    seconds_held,
    taken_before,
    trials_of,
)
from regdoctor.evidence.recorded import Shown
from regdoctor.evidence.story import Story
from regdoctor.traffic.telling import Telling
from tests.evidence.token_traffic import JSON, LOGIN, REALM, START, Traffic, jwt_of, may


def _last(seen: Traffic) -> tuple[Call, Story]:
    telling = Telling()
    return [telling.take(recorded).call for recorded in seen.said][-1], telling.story


def _logged_in(*, dated: bool = True) -> Traffic:
    seen = Traffic(dated=dated)
    seen.sent_away()
    seen.given(jwt_of(may("a", "pull")), "repository:a:pull")
    return seen


def test_a_token_is_held_from_when_it_was_given_until_the_answer() -> None:
    seen = _logged_in()
    seen.now += 10
    seen.ask("GET /v2/", 200)

    assert seconds_held(*_last(seen)) == pytest.approx(11.1)


@pytest.mark.parametrize(("waits", "good"), [(0, True), (290, True), (400, False)])
@pytest.mark.parametrize("dated", [True, False])
def test_a_token_is_good_by_the_date_of_the_answer_or_by_the_recorders_clock(
    waits: float, good: bool, dated: bool
) -> None:
    seen = _logged_in(dated=dated)
    seen.now += waits
    seen.invalid()

    call, story = _last(seen)
    assert is_good_in_time(call, story) is good
    assert (refused_in_time(call, story) is not None) is good


def test_the_challenge_and_the_answer_that_gave_the_token_come_with_the_call() -> None:
    seen = _logged_in()
    seen.invalid()

    trials = trials_of(*_last(seen))
    assert trials is not None
    assert (trials.realm, trials.service) == (REALM, "container_registry")
    assert trials.issued is not None
    assert trials.issued.realm is not None
    assert not trials.issued.anonymous


def test_a_token_from_before_the_recording_is_judged_as_one_without_a_login() -> None:
    seen = Traffic(shown=Shown("Bearer", "d" * 12, jwt_of()))
    seen.invalid()

    trials = trials_of(*_last(seen))
    assert trials is not None
    assert trials.issued is not None
    assert trials.issued.anonymous


def test_a_call_with_a_name_and_password_shows_no_token() -> None:
    seen = Traffic(shown=LOGIN)
    seen.invalid()

    assert trials_of(*_last(seen)) is None


def test_the_same_token_that_was_let_in_before_is_found() -> None:
    seen = _logged_in()
    where = ("Location", "https://registry.example.com/v2/a/blobs/uploads/u1")
    seen.ask("POST /v2/a/blobs/uploads/", 202, where, ("Docker-Upload-UUID", "u1"))
    seen.invalid()

    call, story = _last(seen)
    assert taken_before(call, story) is not None
    assert refused_in_time(call, story) is None


def test_a_token_service_that_no_challenge_names_is_not_judged() -> None:
    seen = Traffic()
    seen.ask(f"GET {REALM}?service=container_registry&account=me", 500, JSON)

    assert asked_of_service(*_last(seen)) is None


def test_gitlabs_registry_says_that_it_is_one() -> None:
    seen = Traffic()
    seen.ask("GET /v2/", 200, ("Gitlab-Container-Registry-Version", "v4.39.0-gitlab"))

    assert product_at(*_last(seen)).generation is Generation.GITLAB
    assert product_at(*_last(_refused())).generation is None


def _refused() -> Traffic:
    seen = _logged_in()
    seen.invalid()
    return seen


def test_a_token_that_ends_before_it_is_born_has_no_life() -> None:
    assert life_of(jwt_of()) == 300
    assert life_of(jwt_of(expires=START - 1)) is None
    assert life_of(jwt_of(expires=None)) is None
