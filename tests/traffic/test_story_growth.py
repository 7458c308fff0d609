"""What a call adds to the story."""

from __future__ import annotations

import pytest

from regdoctor import catalogue
from regdoctor.evidence.story import Story, Upload
from regdoctor.traffic import story_growth
from regdoctor.traffic.telling import Telling
from tests.traffic.conversation import BUCKET, REALM, REGISTRY, START, Conversation, digest


@pytest.fixture(autouse=True)
def no_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "signs", lambda: ())


def story_of(talk: Conversation) -> Story:
    telling = Telling()
    for one in talk.said:
        telling.take(one)
    return telling.story


def test_a_push_leaves_registry_challenge_token_upload_and_link() -> None:
    talk = Conversation()
    talk.push("group/app", "1", "one")
    story = story_of(talk)

    assert list(story.registries) == [REGISTRY]
    assert story.challenges[REGISTRY][0].realm == REALM
    assert story.realms == {REALM: REGISTRY}
    assert story.tokens["b" * 12].scope == "repository:group/app:pull,push"
    upload = story.uploads["00000000-one"]
    assert upload.start is not None
    assert (upload.start.number, len(upload.calls), upload.finished, upload.stored) == (4, 3, True, 10)
    assert story.blobs_sent_on[digest("one")].number == 7
    assert any(url.startswith(BUCKET) for url in story.sent_to)
    assert story.counts == {"registry": 7, "token service": 1, "bucket": 1}


def test_an_upload_that_says_nothing_of_what_it_has_tells_nothing() -> None:
    talk = Conversation()
    start = talk.ask("POST", "/v2/a/blobs/uploads/", 202, ("Docker-Upload-UUID", "u"))
    call = Telling().take(start).call

    assert Upload("a", "", call, [call]).stored is None


def test_nothing_is_stored_at_the_start_of_an_upload() -> None:
    talk = Conversation()
    start = talk.ask("POST", "/v2/a/blobs/uploads/", 202, ("Docker-Upload-UUID", "u"), ("Range", "0-0"))
    call = Telling().take(start).call

    assert Upload("a", "", call, [call]).stored == 0


@pytest.mark.parametrize("realm", ["http://[", "//[::", "http://a]b/"])
def test_a_realm_that_is_no_address_is_nobodys(realm: str) -> None:
    talk = Conversation()
    talk.ask("GET", "/v2/", 401, ("WWW-Authenticate", f'Bearer realm="{realm}",service="x"'))

    assert REALM not in story_of(talk).realms


def test_a_bad_gateway_is_no_registry() -> None:
    talk = Conversation()
    talk.ask("GET", "/v2/", 502, by_recorder="refused")

    assert story_of(talk).registries == {}


def test_the_clock_is_known_as_well_as_dates_tell() -> None:
    talk = Conversation()
    # The clock of the server is 10 s ahead.
    talk.ask("GET", "/v2/", 200, ("Date", "Tue, 14 Nov 2023 22:13:30 GMT"))
    talk.now = START + 0.9
    talk.ask("GET", "/v2/", 200, ("Date", "Tue, 14 Nov 2023 22:13:30 GMT"))
    talk.ask("GET", "/v2/", 200, ("Date", "Tue, 14 Nov 2023 22:13:30 GMT"), ("Age", "1"))
    seen = story_of(talk).skews[REGISTRY]

    assert [(round(least, 2), round(most, 2)) for least, most, _ in seen] == [(9.95, 11.0), (9.05, 10.1)]


def test_the_oldest_goes_where_there_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story_growth, "_MOST", 2)
    talk = Conversation()
    for number in range(4):
        talk.ask("POST", "/v2/a/blobs/uploads/", 202, ("Docker-Upload-UUID", f"u{number}"))

    assert list(story_of(talk).uploads) == ["u2", "u3"]


def test_a_location_and_a_scope_that_nobody_can_read_lead_nowhere() -> None:
    talk = Conversation()
    strange = talk.ask("POST", "/v2/a/blobs/uploads/", 202, ("Location", "http://[::1"))
    asked = talk.ask("GET", f"{REALM}?service=s&scope=x", 200, given="d" * 12)
    telling = Telling()

    assert story_growth.location_of(strange.exchange) == ""
    call = telling.take(asked).call
    assert story_growth.scope_asked(call) == "x"
    assert story_growth.upload_of(telling.take(strange).call) == ""
