"""What is said to be fine was seen to be, and what is said not to be seen is not in the recording."""

from __future__ import annotations

from dataclasses import replace

from regdoctor.evidence.recorded import Recorded
from regdoctor.evidence.story import Story
from regdoctor.traffic.recognition import recognise
from regdoctor.traffic.story_growth import grow
from regdoctor.traffic.tallies import Tallies
from tests.traffic.conversation import API, Conversation
from tests.traffic.seen_exchanges import exchanged


def counted(*recorded: Recorded) -> tuple[list[str], list[str]]:
    """What is fine, and what cannot be seen."""
    story, tallies = Story(), Tallies()
    for number, one in enumerate(recorded, 1):
        call = recognise(one, number, story)
        grow(story, call)
        tallies.take(call, story)
    return list(tallies.fine()), list(tallies.blind(story))


def test_a_push_that_goes_well_is_fine_in_all_its_parts() -> None:
    talk = Conversation()
    talk.login()
    talk.push("group/app", "1", "one", "two")
    fine, blind = counted(*talk.said)
    assert fine == [
        "login: the token service gave 2 tokens and the registry took them",
        f"registry: {sum('registry.example.com' in one.exchange.url for one in talk.said)} calls answered, "
        "none with an error of its own",
        "bucket: 2 requests answered, none refused",
        "uploads: 2 blobs taken whole by the registry",
    ]
    assert blind == []


def test_what_went_wrong_once_is_not_called_fine() -> None:
    talk = Conversation()
    talk.begin("group/app")
    talk.push_blob("group/app", "one", verified=403)
    talk.ask("PUT", "/v2/group/app/manifests/1", 500)
    fine, _ = counted(*talk.said)
    assert [line.partition(":")[0] for line in fine] == ["login", "uploads"]


def test_a_token_that_was_refused_to_some_is_no_fine_login() -> None:
    talk = Conversation()
    talk.begin("group/app")
    talk.ask("HEAD", "/v2/group/app/manifests/1", 200)
    talk.token = ""
    talk.ask("GET", "https://gitlab.example.com/jwt/auth?service=container_registry&account=me", 401)
    fine, _ = counted(*talk.said)
    assert not [line for line in fine if line.startswith("login")]


def test_a_location_elsewhere_whose_calls_are_missing_is_named() -> None:
    where = (API, ("Location", "https://uploads.example.com/v2/a/blobs/uploads/u"))
    start = exchanged("POST /v2/a/blobs/uploads/", 202, where)
    _, blind = counted(start)
    assert blind == [
        "call 1 was answered with a Location at uploads.example.com: what goes there is not recorded",
    ]
    _, blind = counted(start, exchanged("PATCH https://uploads.example.com/v2/a/blobs/uploads/u", 202))
    assert not any("Location" in line for line in blind)


def test_the_recorders_own_address_counts_as_recorded() -> None:
    here = (API, ("Location", "http://127.0.0.1:5001/v2/a/blobs/uploads/u"))
    start = replace(exchanged("POST /v2/a/blobs/uploads/", 202, here), capture_origin="http://127.0.0.1:5001")
    assert counted(start)[1] == []


def test_what_is_not_in_the_recording_is_counted() -> None:
    talk = Conversation(token="c" * 12)
    talk.push_blob("group/app", "one")
    said = [replace(one, request_digest="") for one in talk.said[2:-1]]
    _, blind = counted(*said, exchanged("GET /v2/", 502, (), by_recorder="refused"))
    assert blind == [
        "1 answer sent the client on to a bucket, and what that answered is not recorded",
        "1 token came from requests that are not recorded",
        "1 answer came from the recorder itself, not from a server",
        "1 upload began before the recording did",
        "the bytes of 1 upload are not in the recording: digests could not be compared",
    ]


def test_servers_whose_certificate_was_not_verified_are_named_five_of_them() -> None:
    calls = [exchanged(f"GET https://r{number}.example.com/v2/", 200) for number in range(7)]
    unverified = [replace(one, exchange=replace(one.exchange, verified=False)) for one in calls]
    _, blind = counted(*unverified, replace(calls[0], exchange=replace(calls[0].exchange, verified=True)))
    assert len(blind) == 5
    assert blind[0] == "the recorder did not verify the certificate of https://r0.example.com"
