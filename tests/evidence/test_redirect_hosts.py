"""Hosts that mean something inside only are told from public ones, and a dead end from a client that went away."""

from __future__ import annotations

import pytest

from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.evidence.redirect_hosts import host_of, is_private_host, no_way
from regdoctor.evidence.story import Story
from regdoctor.traffic.story_growth import grow
from tests.checks.seen_in_traffic import S3_LINK, sent_on
from tests.traffic.seen_exchanges import recognised


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("minio", True),
        ("minio.default.svc", True),
        ("10.0.0.5", True),
        ("fd00::1", True),
        ("127.0.0.1", True),
        ("8.8.8.8", False),
        ("images.s3.amazonaws.com", False),
        ("", False),
    ],
)
def test_a_host_is_known_inside_only(host: str, private: bool) -> None:
    assert is_private_host(host) is private


def test_an_address_that_is_none_has_no_host() -> None:
    assert host_of("https://A.example.com:5000/x") == "a.example.com"
    assert host_of("https://[::1") == ""


@pytest.mark.parametrize("kind", [FailureKind.NAME, FailureKind.REFUSED, FailureKind.RESET])
def test_a_connection_that_was_closed_is_no_dead_end(kind: FailureKind) -> None:
    story = Story()
    led, dead = sent_on(S3_LINK, None, failure=Failure(kind, "why"))
    grow(story, recognised(led, story))
    assert no_way(recognised(dead, story)) == ("" if kind is FailureKind.RESET else "why")
    assert no_way(recognised(dead)) == ""
