"""How a step and a session stand, told from the calls that they took."""

from __future__ import annotations

from dataclasses import replace

import pytest

from regdoctor.evidence.call import Call, Part
from regdoctor.traffic.sessions import Session, SessionKind, State, Step, step_for
from tests.traffic.seen_exchanges import BEARER, CHALLENGE, exchanged, recognised

BLOB = f"/v2/group/app/blobs/sha256:{'ab' * 32}"


def call(request: str, status: int | None, *, at: float = 100.0, lasts: float = 1.0, number: int = 1) -> Call:
    headers = CHALLENGE if status == 401 else ()
    recorded = exchanged(request, status, headers)
    timed = replace(recorded, exchange=replace(recorded.exchange, started=at), ended=at + lasts)
    return replace(recognised(timed), number=number)


def step(*calls: Call) -> Step:
    made = step_for("put manifest", "1", calls[0])
    for one in calls[1:]:
        made.take(one)
    return made


PUT = "PUT /v2/group/app/manifests/1"


def test_a_step_that_fails_and_is_tried_again_keeps_what_went_wrong() -> None:
    made = step(call(PUT, 500, number=3), call(PUT, 201, at=102, number=4))
    assert (made.state, made.retries, made.count, made.calls) == (State.OK, 1, 2, [3, 4])
    assert (made.failed_call, made.failed_status, made.failed_part, made.failed_method) == (
        3,
        500,
        Part.REGISTRY,
        "PUT",
    )
    assert made.failure == "the registry fails at the manifest with 500: it failed inside"


def test_what_is_busy_is_counted_once_where_requests_overlap_and_not_between_them() -> None:
    made = step(call(PUT, 201, at=100, lasts=4), call(PUT, 201, at=102, lasts=4), call(PUT, 201, at=110, lasts=1))
    assert (made.started, made.ended, made.busy) == (100, 111, 7)


@pytest.mark.parametrize(
    ("one", "state"),
    [
        (call("GET /v2/", 401), State.OK),
        (call(f"HEAD {BLOB}", 401), State.NOT_SEEN),
        (call(f"HEAD {BLOB}", 307), State.NOT_SEEN),
        (call(f"HEAD {BLOB}", 404), State.OK),
        (call(f"GET {BLOB}", 404), State.FAILED),
        (call(f"GET {BLOB}", None), State.FAILED),
    ],
)
def test_half_an_answer_is_none_yet(one: Call, state: State) -> None:
    assert step(one).state is state


def test_a_long_step_keeps_the_numbers_of_its_first_thousand_calls() -> None:
    made = step(*(call(PUT, 201, number=number) for number in range(1, 1_203)))
    assert (made.count, len(made.calls), made.calls[-1]) == (1_202, 1_000, 1_000)


def session(kind: SessionKind, *steps: Step, **more: object) -> Session:
    made = Session(1, kind, "10.0.0.1", "https://registry.example.com", "group/app", steps=list(steps))
    for name, value in more.items():
        setattr(made, name, value)
    return made


FAILED, WELL = step(call(PUT, 500, at=100)), step(call(PUT, 201, at=200))


def test_a_push_that_came_to_its_end_is_well_whatever_failed_on_the_way() -> None:
    assert session(SessionKind.PUSH, FAILED, reached=True).state is State.OK
    assert session(SessionKind.PUSH, FAILED).state is State.FAILED
    assert session(SessionKind.PUSH, WELL).state is State.NOT_SEEN
    assert session(SessionKind.PULL, FAILED, WELL, reached=True).state is State.FAILED


def test_a_look_is_over_when_anything_was_answered() -> None:
    assert session(SessionKind.OTHER, WELL).state is State.OK
    assert session(SessionKind.OTHER, step(call(f"HEAD {BLOB}", 401))).state is State.NOT_SEEN
    assert session(SessionKind.OTHER).state is State.NOT_SEEN


def test_of_several_steps_that_failed_the_last_is_where_it_failed() -> None:
    later = step(call(PUT, 502, at=300))
    assert session(SessionKind.PUSH, later, FAILED).failed_step is later
    assert session(SessionKind.PUSH, FAILED, reached=True).failed_step is None


def test_who_reads_what_is_not_there_is_no_fault_and_who_pushes_is() -> None:
    absent = step(call("GET /v2/group/app/manifests/1", 404))
    assert not session(SessionKind.PULL, absent).is_fault
    assert session(SessionKind.PUSH, absent).is_fault
    absent.finding = "blob_missing_in_storage"
    assert session(SessionKind.PULL, absent).is_fault


@pytest.mark.parametrize(
    ("kind", "repository", "reference", "name"),
    [
        (SessionKind.LOGIN, "", "", "the login to registry.example.com"),
        (SessionKind.PUSH, "group/app", "1", "the push of group/app:1"),
        (SessionKind.PULL, "group/app", "sha256:ab", "the pull of group/app@sha256:ab"),
        (SessionKind.PULL, "group/app", "", "the pull of group/app"),
        (SessionKind.DELETE, "group/app", "1", "the deletion of group/app:1"),
        (SessionKind.LISTING, "", "", "the listing of repositories"),
        (SessionKind.LISTING, "group/app", "", "the listing of group/app"),
        (SessionKind.OTHER, "group/app", "1", "the look at group/app:1"),
        (SessionKind.OTHER, "", "", "the look at registry.example.com"),
    ],
)
def test_a_session_is_named_by_what_it_was_for(kind: SessionKind, repository: str, reference: str, name: str) -> None:
    made = Session(1, kind, "10.0.0.1", "https://registry.example.com", repository, reference)
    assert made.name == name


def test_a_login_whose_registry_was_not_asked_has_no_host() -> None:
    assert Session(1, SessionKind.LOGIN, "", "").name == "the login"


def test_a_token_that_grants_too_little_is_no_failure_yet() -> None:
    recorded = exchanged("GET https://gitlab.example.com/jwt/auth?service=s&scope=repository:a:push", 200, given=BEARER)
    assert step(replace(recognised(recorded), normal=False)).state is State.OK
    refused = exchanged("GET https://gitlab.example.com/jwt/auth?service=s&scope=repository:a:push", 403)
    assert step(recognised(refused)).state is State.FAILED


def test_retries_are_those_of_all_steps() -> None:
    again = step(call(PUT, 500), call(PUT, 500), call(PUT, 201))
    assert session(SessionKind.PUSH, again, again).retries == 4
