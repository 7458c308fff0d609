"""GitLab's own endpoint must carry GitLab's secret; the secrets are compared and never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Fail, Outcome, Pass, Skip
from regdoctor.checks.notifications.notification_secret_differs import notification_secret_differs

if TYPE_CHECKING:
    from tests.checks.conftest import Given

EVENTS = "https://gitlab.example.com/api/v4/container_registry_event/events"
OURS, OTHER = "canary-secret-4f81", "canary-secret-77aa"


def judged(given: Given, headers: str, secret: str, url: str = EVENTS, more: str = "") -> list[Outcome]:
    config = given.config(
        f"version: 0.1\nnotifications:\n  endpoints:\n    - name: geo\n      url: {url}\n{headers}{more}"
    )
    gitlab = given.gitlab(
        f"gitlab:\n  host: gitlab.example.com\nregistry:\n  enabled: true\n  notification_secret: {secret}\n"
    )
    return given.outcomes(notification_secret_differs, config=config, gitlab=gitlab)


def header(value: str, name: str = "Authorization") -> str:
    return f"      headers:\n        {name}: {value}\n"


def the_fail(outcomes: list[Outcome]) -> Fail:
    (fail,) = outcomes
    assert isinstance(fail, Fail)
    return fail


def test_two_secrets_are_a_finding_that_shows_neither(given: Given) -> None:
    fail = the_fail(judged(given, header(f"[{OTHER}]"), OURS))

    assert "another than GitLab expects" in fail.message
    assert [quote.line for quote in fail.evidence] == [5, 7, 5]
    assert OURS not in repr(fail)
    assert OTHER not in repr(fail)


@pytest.mark.parametrize(
    ("headers", "secret", "words"),
    [
        ("", OURS, "without the secret"),
        (header(f"[{OURS}]"), "", "no registry.notification_secret"),
        (header(f"[{OURS}]"), '""', "no registry.notification_secret"),
        (header(f'["Bearer {OURS}"]'), OURS, "another than"),
        (header(f"[{OURS}, {OTHER}]"), OURS, "another than"),
    ],
)
def test_a_secret_that_is_missing_or_decorated_is_a_finding(
    given: Given, headers: str, secret: str, words: str
) -> None:
    assert words in the_fail(judged(given, headers, secret)).message


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
@pytest.mark.parametrize("value", [f"[{OURS}]", OURS])
def test_one_secret_passes(given: Given, name: str, value: str) -> None:
    (outcome,) = judged(given, header(value, name), OURS)
    assert isinstance(outcome, Pass)


@pytest.mark.parametrize(
    ("url", "more"),
    [
        ("https://audit.example.com/notify", ""),
        ("https://secondary.example.com/api/v4/container_registry_event/events", ""),
        (EVENTS, "      disabled: true\n"),
    ],
)
def test_endpoints_of_others_and_those_switched_off_are_skipped(given: Given, url: str, more: str) -> None:
    (outcome,) = judged(given, "", OURS, url, more)
    assert isinstance(outcome, Skip)
