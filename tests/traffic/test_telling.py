"""A recording is told: sessions, findings once for each thing, what is fine and what is not seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from regdoctor import catalogue
from regdoctor.check import Dialect, Fail, Remedy
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.recorded import Recorded
from regdoctor.evidence.story import Story
from regdoctor.sign import EndSign, Seen, Sign
from regdoctor.traffic.diagnosis import Diagnosis, Result
from regdoctor.traffic.sessions import SessionKind, State
from regdoctor.traffic.telling import Telling
from tests.traffic.conversation import Conversation

CHECK = catalogue.checks()[0]


@pytest.fixture(autouse=True)
def no_signs(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The catalogue has the signs that a test gives it, and no others."""

    def give(*signs: Sign | EndSign) -> None:
        monkeypatch.setattr(catalogue, "signs", lambda: signs)

    give()
    return give


def tell(recorded: Iterable[Recorded]) -> Diagnosis:
    telling = Telling()
    for one in recorded:
        telling.take(one)
    return telling.end()


def refused(resource: Callable[[Call], str] = lambda call: "bucket") -> Sign:
    def judge(call: Call, story: Story) -> Seen:
        if call.part is not Part.STORE or call.status != 403:
            return None
        return Fail(f"refused {call.number}", {Dialect.PLAIN: Remedy("Allow it.")}, resource=resource(call))

    return Sign(CHECK, judge)


def test_a_push_and_a_pull_that_go_well_are_told_in_a_sentence() -> None:
    talk = Conversation()
    talk.push("group/app", "1", "one")
    talk.pull("group/app", "1", "one")
    told = tell(talk.said)

    assert told.sentence == f"{len(talk.said)} calls, one push and one pull: nothing found wrong."
    assert told.result is Result.HEALTHY
    assert [(one.kind, one.state) for one in told.sessions] == [
        (SessionKind.PUSH, State.OK),
        (SessionKind.PULL, State.OK),
    ]
    assert told.worst() is None
    assert sum(told.parts.values()) == len(talk.said)


def test_what_the_bucket_refuses_is_the_answer(no_signs: Callable[..., None]) -> None:
    no_signs(refused())
    talk = Conversation()
    talk.begin("group/app")
    talk.push_blob("group/app", "one", verified=403)
    told = tell(talk.said)

    assert told.sentence == ('The bucket refused HEAD of a blob (403): the push of group/app failed at "verify blob".')
    assert told.result is Result.FINDINGS
    [failed] = [step for step in told.sessions[0].steps if step.state is State.FAILED]
    assert (failed.name, failed.failed_call, failed.finding) == ("verify blob", len(talk.said), CHECK.name)


def test_findings_about_one_thing_are_counted_as_one(no_signs: Callable[..., None]) -> None:
    no_signs(refused(lambda call: "bucket" if call.number < 20 else "other"))
    talk = Conversation()
    talk.begin("group/app")
    for layer in ("one", "two", "three", "four"):
        talk.push_blob("group/app", layer, verified=403)
    told = tell(talk.said)

    assert [(one.resource, one.count, one.calls) for one in told.sightings] == [
        ("bucket", 2, (8, 14)),
        ("other", 2, (20, 26)),
    ]
    assert [row.message for row in told.report.rows] == ["refused 8", "refused 20"]


def test_what_only_the_end_tells_is_asked_at_every_end_and_kept_by_none(no_signs: Callable[..., None]) -> None:
    fail = Fail("clocks differ", {Dialect.PLAIN: Remedy("Set them.")}, resource="clock")
    no_signs(EndSign(CHECK, lambda story: [fail] if story.registries else None))
    talk, telling = Conversation(), Telling()
    assert telling.end().report.rows == ()
    talk.login()
    for one in talk.said:
        telling.take(one)

    assert [telling.end().sightings[0].count for _ in range(2)] == [1, 1]


def test_a_sign_that_breaks_is_told_once_and_stops_nothing(no_signs: Callable[..., None]) -> None:
    def broken(call: Call, story: Story) -> Seen:
        raise RuntimeError("no such thing")

    no_signs(Sign(CHECK, broken), refused())
    talk = Conversation()
    talk.begin("group/app")
    talk.push_blob("group/app", "one", verified=403)
    told = tell(talk.said)

    assert len(told.bugs) == 1
    assert "no such thing" in told.bugs[0]
    assert told.report.count("fail") == 1


def test_each_call_is_told_at_once_with_its_session(no_signs: Callable[..., None]) -> None:
    no_signs(refused())
    talk, telling = Conversation(), Telling()
    talk.login()
    talk.begin("group/app")
    talk.push_blob("group/app", "one", verified=403)
    talk.ask("GET", "https://www.example.com/", 200)
    told = [telling.take(one) for one in talk.said]

    assert [one.session for one in told] == [1] * 3 + [2] * 8 + [None]
    assert [len(one.findings) for one in told] == [0] * 10 + [1, 0]


def test_a_recording_without_a_registry_says_so() -> None:
    talk = Conversation()
    talk.ask("GET", "https://www.example.com/", 200)

    told = tell(talk.said)
    assert told.result is Result.NOTHING
    assert told.sentence == "No call of a registry is in this recording (1 call)."
    assert tell([]).result is Result.NOTHING


def test_what_is_fine_is_told_where_it_was_seen() -> None:
    talk = Conversation()
    talk.login()
    talk.push("group/app", "1", "one")
    fine = tell(talk.said).fine

    assert fine[0] == "login: the token service gave 2 tokens and the registry took them"
    assert fine[1].startswith("registry: 9 calls answered")
    assert fine[2:] == ("bucket: 1 request answered, none refused", "uploads: 1 blob taken whole by the registry")
    assert tell([]).fine == ()


def test_a_registry_that_fails_is_not_called_fine() -> None:
    talk = Conversation()
    talk.login()
    talk.ask("GET", "/v2/_catalog", 500)

    assert not [line for line in tell(talk.said).fine if line.startswith("registry")]


def test_what_cannot_be_seen_is_told() -> None:
    talk = Conversation()
    talk.push("group/app", "1", "one")
    without_bucket = [one for one in talk.said if "amazonaws" not in one.exchange.url]
    talk.ask("GET", "/v2/", 502, by_recorder="connection refused")

    assert (
        "1 answer sent the client on to a bucket, and what that answered is not recorded" in tell(without_bucket).blind
    )
    assert "1 token came from requests that are not recorded" in tell(without_bucket[2:]).blind
    assert "1 upload began before the recording did" in tell(talk.said[4:]).blind
    assert "1 answer came from the recorder itself, not from a server" in tell(talk.said).blind
    assert tell(talk.said[:-1]).blind == ()


def test_a_location_that_leaves_the_recording_is_told() -> None:
    talk = Conversation()
    talk.begin("group/app")
    where = ("Location", "https://elsewhere.example.com/v2/group/app/blobs/uploads/1?_state=x")
    talk.ask("POST", "/v2/group/app/blobs/uploads/", 202, where)

    [line] = tell(talk.said).blind
    assert "Location at elsewhere.example.com" in line
