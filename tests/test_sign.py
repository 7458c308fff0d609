"""A sign is asked for the calls that it is about, and for no others."""

from __future__ import annotations

import pytest

from regdoctor import catalogue
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.story import Story
from regdoctor.sign import Seen, sign
from regdoctor.traffic.telling import Telling
from tests.traffic.seen_exchanges import exchanged


def test_calls_that_a_sign_is_not_about_are_not_shown_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Part, int | None]] = []

    def judge(call: Call, _: Story) -> Seen:
        asked.append((call.part, call.status))
        return None

    check = catalogue.checks()[0]
    declared = (
        sign(check)(judge),
        sign(check, parts=(Part.REGISTRY,), kinds=(ApiKind.PING,), statuses=range(500, 600))(judge),
        sign(check, statuses=(None,))(judge),
    )
    monkeypatch.setattr(catalogue, "signs", lambda: declared)
    telling = Telling()
    for status in (200, 502, None):
        telling.take(exchanged("GET /v2/", status))

    assert [status for _, status in asked] == [200, 502, 502, None, None]


def test_where_the_recorder_stands_is_in_the_story_when_signs_are_asked() -> None:
    telling = Telling()
    telling.take(
        exchanged(
            "GET /v2/", 200, capture_origin="http://127.0.0.1:5001", upstream_origin="https://registry.example.com"
        )
    )

    assert telling.story.capture_origin == "http://127.0.0.1:5001"
    assert telling.story.upstream_origin == "https://registry.example.com"
