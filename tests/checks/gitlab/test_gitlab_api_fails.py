"""A registry that serves clients and fails at GitLab's own calls is told; one that fails at all, or says no, is not."""

from __future__ import annotations

import pytest

from regdoctor.check import Skip
from regdoctor.checks.gitlab.gitlab_api_fails import gitlab_api_fails
from regdoctor.injection import Absent
from tests.checks.seen_in_traffic import seen, told
from tests.traffic.seen_exchanges import API, PAGE, exchanged

OWN = (*API, ("Gitlab-Container-Registry-Version", "4.40.0-gitlab"))
DETAILS = "GET /gitlab/v1/repositories/group/app/?size=self"
PING = exchanged("GET /v2/", 200, OWN)


def test_a_500_to_the_details_of_a_repository_is_told() -> None:
    [fail] = seen(gitlab_api_fails, PING, exchanged(DETAILS, 500, OWN))

    assert "GitLab's registry 4.40.0-gitlab" in fail.message
    assert "19.0.1" in fail.message


def test_of_another_call_no_version_is_blamed() -> None:
    [fail] = seen(gitlab_api_fails, PING, exchanged("GET /gitlab/v1/", 500, OWN))

    assert "19.0" not in fail.message


@pytest.mark.parametrize(
    ("request_line", "status", "body"),
    [(DETAILS, 200, b"{}"), (DETAILS, 404, b""), (DETAILS, 401, b""), (DETAILS, 500, PAGE), ("GET /v2/a", 500, b"")],
)
def test_other_answers_and_pages_of_proxies_are_none(request_line: str, status: int, body: bytes) -> None:
    assert not seen(gitlab_api_fails, PING, exchanged(request_line, status, OWN if body != PAGE else (), body))


def test_a_registry_that_was_not_seen_to_serve_anybody_is_none() -> None:
    assert not seen(gitlab_api_fails, exchanged(DETAILS, 500, OWN))
    assert not seen(gitlab_api_fails, exchanged("GET /v2/", 500, OWN), exchanged(DETAILS, 500, OWN))


def test_without_a_recording_it_is_skipped() -> None:
    [outcome] = told(gitlab_api_fails, Absent("no recording", applicable=False))
    assert isinstance(outcome, Skip)
