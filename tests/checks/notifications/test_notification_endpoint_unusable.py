"""An endpoint without an address never gets an event."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip
from regdoctor.checks.notifications.notification_endpoint_unusable import notification_endpoint_unusable

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def judged(given: Given, *endpoints: str) -> list[Outcome]:
    lines = "".join(f"    - {{{endpoint}}}\n" for endpoint in endpoints)
    config = given.config(f"version: 0.1\nnotifications:\n  endpoints:\n{lines}")
    return given.outcomes(notification_endpoint_unusable, config=config)


def fails(given: Given, *endpoints: str) -> list[Fail]:
    return [outcome for outcome in judged(given, *endpoints) if isinstance(outcome, Fail)]


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        ("name: a, url: audit.example.com/notify", 'has the url "audit.example.com/notify"'),
        ("name: a, url: audit.example.com:8080", "lacks http://"),
        ("name: a, url: https:///notify", "or its host"),
        ("name: a", '"a" has no url'),
        ("url: nothing", "without a name"),
    ],
)
def test_an_endpoint_without_an_address_is_a_finding_with_its_line(given: Given, endpoint: str, words: str) -> None:
    (fail,) = fails(given, endpoint)

    assert words in fail.message
    assert fail.evidence[0].line == 4
    assert fail.resource


def test_each_endpoint_is_told(given: Given) -> None:
    first, second = fails(given, "name: a", "name: b, url: x", "name: c, url: http://c.example.com/")
    assert first.resource != second.resource


def test_one_name_for_two_is_worth_knowing(given: Given) -> None:
    (fail,) = fails(given, "name: a, url: http://a.example.com/", "name: a, url: http://b.example.com/")

    assert fail.severity is Severity.INFO
    assert [quote.line for quote in fail.evidence] == [4, 5]


def test_whole_endpoints_pass_and_those_switched_off_do_not_count(given: Given) -> None:
    good = "name: a, url: 'http://a.example.com/'"
    (outcome,) = judged(given, good, "url: http://b.example.com:8080/x", "name: a, disabled: true")
    assert isinstance(outcome, Pass)


def test_without_endpoints_there_is_nothing_to_judge(given: Given) -> None:
    (outcome,) = judged(given)
    assert isinstance(outcome, Skip)
