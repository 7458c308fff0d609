"""A long recording loses on its page what went well, never what failed, and the page says so."""

from __future__ import annotations

import pytest

from regdoctor.evidence.call import Call
from regdoctor.traffic.diagnosis import Diagnosis
from regdoctor.traffic.page_choice import Choice, chosen
from regdoctor.traffic.sessions import State
from regdoctor.traffic.telling import Telling
from tests.traffic.conversation import Conversation


def _told(talk: Conversation) -> tuple[Diagnosis, list[Call]]:
    telling = Telling()
    calls = [telling.take(one).call for one in talk.said]
    return telling.end(), calls


def _fail(talk: Conversation, repository: str) -> None:
    talk.begin(repository)
    talk.push_blob(repository, "bad", verified=403)
    talk.now += 60


def _succeed(talk: Conversation, *repositories: str) -> None:
    for repository in repositories:
        talk.push(repository, "1", "one")
        talk.now += 60


def _shown(choice: Choice) -> list[str]:
    return [session.repository for session in choice.sessions]


@pytest.fixture
def long() -> tuple[Diagnosis, list[Call]]:
    """Ten sessions, of which the sixth fails."""
    talk = Conversation()
    _succeed(talk, *(f"group/before{place}" for place in range(5)))
    _fail(talk, "group/bad")
    _succeed(talk, *(f"group/after{place}" for place in range(4)))
    return _told(talk)


def test_a_short_recording_is_shown_whole(long: tuple[Diagnosis, list[Call]]) -> None:
    diagnosis, calls = long

    assert chosen(diagnosis, calls, len(calls)) == Choice(diagnosis.sessions, calls, "")


def test_a_failure_stays_whole_with_what_went_well_beside_it(long: tuple[Diagnosis, list[Call]]) -> None:
    diagnosis, calls = long
    bad = next(session for session in diagnosis.sessions if session.state is State.FAILED)
    choice = chosen(diagnosis, calls, bad.calls + 2 * 9)

    assert _shown(choice) == ["group/before4", "group/bad", "group/after0"]
    assert {number for step in bad.steps for number in step.calls} <= {call.number for call in choice.calls}
    assert [call.number for call in choice.calls] == sorted(call.number for call in choice.calls)


def test_it_says_what_is_left_out(long: tuple[Diagnosis, list[Call]]) -> None:
    diagnosis, calls = long
    choice = chosen(diagnosis, calls, 26)
    missing = len(calls) - 26

    assert len(choice.calls) == 26
    assert f"26 of its {len(calls)} calls are shown. Left out are {missing} calls and 7 sessions" in choice.left_out
    assert "Every session that failed is here." in choice.left_out


def test_failures_are_shown_however_many_they_are() -> None:
    talk = Conversation()
    for place in range(6):
        _fail(talk, f"group/bad{place}")
    _succeed(talk, "group/fine")
    choice = chosen(*_told(talk), 3)

    assert _shown(choice) == [f"group/bad{place}" for place in range(6)]
    assert "1 session that did not fail" in choice.left_out


def test_of_one_long_push_the_beginning_is_shown() -> None:
    talk = Conversation()
    talk.push("group/large", "1", *(f"layer{place}" for place in range(30)))
    choice = chosen(*_told(talk), 50)

    assert _shown(choice) == ["group/large"]
    assert [call.number for call in choice.calls] == list(range(1, 51))
    assert "session" not in choice.left_out


def test_without_sessions_what_went_wrong_comes_first() -> None:
    talk = Conversation()
    for status in (200, 200, 200, 503, 200):
        talk.ask("GET", "https://www.example.org/page", status)
    diagnosis, calls = _told(talk)
    choice = chosen(diagnosis, calls, 2)
    wrong = [call.number for call in calls if not call.normal]

    assert wrong == [4]
    assert [call.number for call in choice.calls] == [1, 4]
