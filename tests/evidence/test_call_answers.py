"""What of a recorded call is judged as an answer of a registry, or of a proxy before it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import (
    answered_by_registry_or_proxy,
    at_the_recorder,
    authority_of,
    has_address,
    start_at_the_recorder,
    start_elsewhere,
    upload_start_of,
    waited_in_vain,
)
from regdoctor.evidence.story import Story
from tests.traffic.seen_exchanges import PAGE, REGISTRY, exchanged, recognised

PLACE = (("Location", "/v2/a/blobs/uploads/u"),)


def asked_of(url: str) -> Call:
    recorded = exchanged("GET /v2/", 200)
    return Call(1, replace(recorded, exchange=replace(recorded.exchange, url=url)), Part.REGISTRY)


@pytest.mark.parametrize("url", ["https://registry.example.com/v2/", "http://[::1]:5000/v2/", "http://10.0.0.1/v2/"])
def test_an_address_is_one(url: str) -> None:
    assert has_address(asked_of(url))
    assert answered_by_registry_or_proxy(asked_of(url))


@pytest.mark.parametrize("url", ["http://[/v2/", "http://a:99999/v2/", "http://a:x/v2/", "https:///v2/", "/v2/", ""])
def test_what_a_recording_has_for_an_address_and_is_none_is_not_judged(url: str) -> None:
    assert not has_address(asked_of(url))
    assert not answered_by_registry_or_proxy(asked_of(url))


def test_the_recorders_own_answer_and_none_are_nobodys() -> None:
    assert not answered_by_registry_or_proxy(recognised(exchanged("GET /v2/", 502, by_recorder="refused")))
    assert not answered_by_registry_or_proxy(recognised(exchanged("GET /v2/", None)))


def test_an_answer_of_an_upload_that_leads_on_is_its_start() -> None:
    start = upload_start_of(recognised(exchanged("POST /v2/a/blobs/uploads/", 202, PLACE)))
    assert start is not None
    assert (start.location, start.asked.url) == ("/v2/a/blobs/uploads/u", REGISTRY)
    assert upload_start_of(recognised(exchanged("POST /v2/a/blobs/uploads/", 202, ()))) is None
    assert upload_start_of(recognised(exchanged("GET /v2/a/tags/list", 307, PLACE))) is None


def test_only_a_long_wait_at_a_registry_that_served_before_is_one_in_vain() -> None:
    page = (("Content-Type", "text/html"),)
    recorded = exchanged("PATCH /v2/a/blobs/uploads/u", 504, page, PAGE)
    long, brief = (
        recognised(replace(recorded, exchange=replace(recorded.exchange, seconds=seconds))) for seconds in (60.0, 1.0)
    )
    known = Story(registries={REGISTRY: recognised(exchanged("GET /v2/", 401))})
    assert waited_in_vain(long, known)
    assert not waited_in_vain(brief, known)
    assert not waited_in_vain(long, Story())


def test_the_authority_leaves_out_who_asks() -> None:
    assert authority_of("https://User:secret@Registry.example.com:5000/v2/") == "registry.example.com:5000"
    assert authority_of("http://[") == ""


def by_recorder_at(origin: str, host: str, location: str) -> Call:
    """The start of an upload that the client asked of a recorder at this origin, by this Host."""
    recorded = exchanged("POST /v2/a/blobs/uploads/", 202, (("Location", location),))
    exchange = replace(recorded.exchange, request_headers=(("Host", host),) if host else ())
    return recognised(replace(recorded, exchange=exchange, capture_origin=origin))


HERE = "http://127.0.0.1:5001"


@pytest.mark.parametrize(
    ("origin", "host", "location"),
    [
        (HERE, "127.0.0.1:5001", "http://127.0.0.1:5001/v2/a/blobs/uploads/u"),
        (HERE, "localhost:5001", "https://localhost:5001/v2/a/blobs/uploads/u"),
        (HERE, "localhost:5001", "http://[::1]:5001/v2/a/blobs/uploads/u"),
        ("http://10.0.0.5:5001", "recorder.test:5001", "http://Recorder.test:5001/v2/a/blobs/uploads/u"),
        ("http://10.0.0.5:5001", "", "http://recorder.test:5001/v2/a/blobs/uploads/u"),
        ("http://127.0.0.1:80", "localhost", "http://localhost/v2/a/blobs/uploads/u"),
    ],
)
def test_the_recorder_has_the_names_of_loopback_and_what_its_client_calls_it(
    origin: str, host: str, location: str
) -> None:
    call = by_recorder_at(origin, host, location)
    assert at_the_recorder(location, call)
    assert start_elsewhere(call) is None
    start = start_at_the_recorder(call)
    assert start is not None
    assert start.location == location


@pytest.mark.parametrize(
    ("origin", "host", "location"),
    [
        (HERE, "localhost:5001", "http://localhost:5000/v2/a/blobs/uploads/u"),
        (HERE, "registry.example.com", "http://registry.example.com/v2/a/blobs/uploads/u"),
        (HERE, "registry.example.com:443", "http://registry.example.com:443/v2/a/blobs/uploads/u"),
        ("http://10.0.0.5:443", "registry.example.com", "https://registry.example.com:443/v2/a/blobs/uploads/u"),
        (HERE, "127.0.0.1:5001", "http://inner.test:5001/v2/a/blobs/uploads/u"),
        ("", "localhost:5001", "http://localhost:5001/v2/a/blobs/uploads/u"),
        (HERE, "", "http://["),
    ],
)
def test_another_port_another_name_and_the_server_behind_it_are_not_the_recorder(
    origin: str, host: str, location: str
) -> None:
    call = by_recorder_at(origin, host, location)
    assert not at_the_recorder(location, call)
    assert start_at_the_recorder(call) is None
