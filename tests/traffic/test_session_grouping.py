"""Calls are put together by client, repository, upload and time; a retry is a retry."""

from __future__ import annotations

import pytest

from regdoctor import catalogue
from regdoctor.traffic.sessions import Session, SessionKind, State
from regdoctor.traffic.telling import Telling
from tests.traffic.conversation import REALM, REGISTRY, Conversation, digest

PUSH, PULL = SessionKind.PUSH, SessionKind.PULL


@pytest.fixture(autouse=True)
def no_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "signs", lambda: ())


def sessions(*talks: Conversation) -> tuple[Session, ...]:
    """What several clients did, their calls in the order in which they ended."""
    telling = Telling()
    for one in sorted((one for talk in talks for one in talk.said), key=lambda one: one.ended):
        telling.take(one)
    return telling.sessions


def test_a_push_is_one_session_with_its_steps() -> None:
    talk = Conversation()
    talk.push("group/app", "1", "one", "two")
    [push] = sessions(talk)

    assert (push.kind, push.name, push.state) == (PUSH, "the push of group/app:1", State.OK)
    assert [step.name for step in push.steps] == [
        "ping",
        "get token",
        *["ask for blob", "start upload", "upload chunk", "finish upload", "verify blob"] * 2,
        "put manifest",
    ]
    assert push.steps[3].subject == digest("one")
    assert push.calls == len(talk.said)
    assert push.steps[2].busy == pytest.approx(0.1)


def test_login_and_push_are_two() -> None:
    talk = Conversation()
    talk.login()
    talk.push("group/app", "1", "one")
    login, push = sessions(talk)

    assert (login.kind, login.name, login.state) == (SessionKind.LOGIN, "the login to registry.example.com", State.OK)
    assert push.kind is PUSH


def test_a_login_that_the_token_service_refuses_has_failed() -> None:
    talk = Conversation()
    talk.ask("GET", "/v2/", 401, ("WWW-Authenticate", f'Bearer realm="{REALM}",service="s"'))
    talk.ask("GET", f"{REALM}?service=s&account=me", 403)
    [login] = sessions(talk)

    assert (login.kind, login.state) == (SessionKind.LOGIN, State.FAILED)
    assert login.failed_step is not None
    assert login.failed_step.name == "get token"


def test_two_clients_at_once_are_told_apart() -> None:
    one, other = Conversation(), Conversation("10.0.0.2")
    one.push("group/app", "1", "one", "two")
    other.push("group/app", "2", "one")

    assert sorted((push.client, push.reference, push.calls) for push in sessions(one, other)) == [
        ("10.0.0.1", "1", len(one.said)),
        ("10.0.0.2", "2", len(other.said)),
    ]


def test_layers_that_are_pushed_at_once_keep_their_steps_apart() -> None:
    first, second = Conversation(), Conversation()
    first.push_blob("group/app", "one")
    second.push_blob("group/app", "two")
    [push] = sessions(first, second)

    chunks = [step.subject for step in push.steps if step.name == "upload chunk"]
    assert sorted(chunks) == sorted([digest("one"), digest("two")])
    assert all(step.state is State.OK for step in push.steps)


def test_what_is_asked_again_after_a_failure_is_a_retry() -> None:
    talk = Conversation()
    talk.begin("group/app")
    talk.ask("HEAD", f"/v2/group/app/blobs/{digest('one')}", 404)
    talk.ask("POST", "/v2/group/app/blobs/uploads/", 503)
    talk.push_blob("group/app", "one")
    talk.ask("PUT", "/v2/group/app/manifests/1", 500)
    talk.ask("PUT", "/v2/group/app/manifests/1", 201)
    [push] = sessions(talk)

    assert {step.name: step.retries for step in push.steps if step.retries} == {
        "ask for blob": 1,
        "start upload": 1,
        "put manifest": 1,
    }
    assert push.state is State.OK


def test_asking_again_with_a_token_is_no_retry() -> None:
    talk = Conversation()
    challenge = ("WWW-Authenticate", f'Bearer realm="{REALM}",service="s",scope="repository:group/app:pull"')
    talk.ask("HEAD", "/v2/group/app/manifests/1", 401, challenge)
    talk.ask("GET", f"{REALM}?service=s&scope=repository:group/app:pull", 200, given="c" * 12)
    talk.token = "c" * 12
    talk.ask("HEAD", "/v2/group/app/manifests/1", 200)
    talk.ask("GET", f"/v2/group/app/manifests/{digest('m')}", 200)
    [pull] = sessions(talk)

    assert (pull.kind, pull.name, pull.state, pull.retries) == (PULL, "the pull of group/app:1", State.OK, 0)


def test_a_pull_of_the_same_tag_again_is_another() -> None:
    talk = Conversation()
    talk.pull("group/app", "1", "one")
    talk.ask("GET", "/v2/group/app/manifests/1", 200)

    assert [one.kind for one in sessions(talk)] == [PULL, PULL]


def test_a_pull_while_a_push_of_the_same_repository_goes_on_is_another() -> None:
    talk = Conversation()
    talk.begin("group/app")
    talk.push_blob("group/app", "one")
    talk.ask("GET", "/v2/group/app/manifests/cache", 200)
    talk.ask("PUT", "/v2/group/app/manifests/1", 201)

    assert [(one.kind, one.reference) for one in sessions(talk)] == [(PUSH, "1"), (PULL, "cache")]


def test_what_comes_much_later_is_another_session() -> None:
    talk = Conversation()
    talk.push_blob("group/app", "one")
    talk.now += 3600
    talk.push_blob("group/app", "two")

    assert [(one.kind, one.state) for one in sessions(talk)] == [(PUSH, State.NOT_SEEN)] * 2


def test_a_blob_whose_bucket_is_not_recorded_is_not_seen() -> None:
    talk = Conversation()
    talk.pull("group/app", "1", "one")
    talk.said.pop()
    [pull] = sessions(talk)

    assert pull.steps[-1].state is State.NOT_SEEN


def test_a_tag_that_is_not_there_is_no_fault() -> None:
    talk = Conversation()
    talk.begin("group/app", "pull")
    talk.ask("GET", "/v2/group/app/manifests/none", 404, body=b'{"errors":[{"code":"MANIFEST_UNKNOWN"}]}')
    [pull] = sessions(talk)

    assert (pull.state, pull.is_fault) == (State.FAILED, False)


def test_deletions_and_listings_are_told() -> None:
    talk = Conversation()
    talk.ask("GET", "/v2/_catalog", 200)
    talk.ask("DELETE", f"/v2/group/app/manifests/{digest('m')}", 202)

    assert [one.name for one in sessions(talk)] == [
        "the listing of repositories",
        f"the deletion of group/app@{digest('m')}",
    ]
    assert sessions(talk)[0].registry == REGISTRY
