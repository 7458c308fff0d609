"""A token service that answers with an error of its own, or without a token, is named; its refusals are not errors."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.auth.token_service_fails import token_service_fails
from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.evidence.token_trials import TokenTrials, Trial
from tests.evidence.token_traffic import JSON, Traffic

if TYPE_CHECKING:
    from tests.checks.conftest import Given

REALM = "https://gitlab.example.com/jwt/auth"
GITLABS = b"<html><head><title>We're sorry, but something went wrong (500) - GitLab</title></head></html>"
NGINX = b"<html><head><title>x</title></head><body><center><h1>x</h1></center><hr><center>nginx</center></body></html>"


def _trials(given: Given, answer: Exchange, realm: str = REALM, ping: Exchange | None = None) -> TokenTrials:
    trial = Trial(f"from {realm}", True, answer, None, ping)
    return TokenTrials((trial,), given.public_url, realm, "container_registry")


def test_500_of_gitlab_is_most_likely_its_key(given: Given) -> None:
    fail = given.fail(token_service_fails, trials=_trials(given, given.exchange(REALM, 500, given.html, body=GITLABS)))
    assert fail.failure_modes == ("GL-01", "GL-02")
    assert "most likely GitLab's signing key" in fail.message
    assert "Errno::ENOENT" in fail.message
    assert "production.log" in fail.remedy[Dialect.OMNIBUS].commands[0]


def test_500_of_the_proxy_itself_says_nothing_of_gitlabs_key(given: Given) -> None:
    fail = given.fail(token_service_fails, trials=_trials(given, given.exchange(REALM, 500, given.html, body=NGINX)))
    assert "a page of nginx" in fail.message
    assert "key" not in fail.message
    assert fail.failure_modes == ("AUTH-10",)


def test_500_of_another_service_says_nothing_of_gitlab(given: Given) -> None:
    realm = "https://auth.example.com/token"
    fail = given.fail(token_service_fails, trials=_trials(given, given.exchange(realm, 500), realm))
    assert "GitLab" not in fail.message
    assert fail.failure_modes == ("AUTH-10",)


@pytest.mark.parametrize("status", [520, 521, 525, 530])
def test_what_cloudflare_says_of_an_origin_that_it_does_not_reach_is_no_error_of_gitlab(
    given: Given, status: int
) -> None:
    body = f"error code: {status}".encode()
    fail = given.fail(token_service_fails, trials=_trials(given, given.exchange(REALM, status, body=body)))
    assert "is not available" in fail.message
    assert fail.failure_modes == ("AUTH-10",)


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateways_error_means_that_the_service_is_not_available(given: Given, status: int) -> None:
    answer = given.exchange(REALM, status, given.html, ("Retry-After", "60"), body=NGINX)
    fail = given.fail(token_service_fails, trials=_trials(given, answer))
    assert fail.message.endswith(f"it answers {status} with a page of nginx")
    assert "Retry-After: 60" in fail.evidence[1].quote
    assert fail.failure_modes == ("AUTH-10",)


def test_an_object_without_a_token_is_no_token_services(given: Given) -> None:
    fail = given.fail(token_service_fails, trials=_trials(given, given.exchange(REALM, 200, given.json, body=b"{}")))
    assert "without a token" in fail.message
    assert fail.failure_modes == ("AUTH-11",)


def test_a_token_that_cannot_be_read_is_a_token(given: Given) -> None:
    opaque = given.exchange(REALM, 200, given.json, body=b'{"token": "opaque"}')
    shown = given.exchange(f"{given.public_url}/v2/", 200)
    assert given.passes(token_service_fails, trials=_trials(given, opaque, ping=shown))


@pytest.mark.parametrize(
    ("status", "header", "body"),
    [
        (429, ("cf-mitigated", "challenge"), NGINX),
        (403, ("Content-Type", "text/plain"), b"Forbidden"),
        (503, ("cf-mitigated", "challenge"), NGINX),
        (202, ("x-amzn-waf-action", "challenge"), b""),
    ],
)
def test_one_who_is_turned_away_has_not_seen_the_service(
    given: Given, status: int, header: tuple[str, str], body: bytes
) -> None:
    trials = _trials(given, given.exchange(REALM, status, header, body=body))
    assert "turns the request away" in given.unknown(token_service_fails, trials=trials)


def test_a_service_that_knows_no_form_is_judged_by_what_get_gets(given: Given) -> None:
    (trial,) = _trials(given, given.exchange(REALM, 501, method="POST")).trials
    trials = TokenTrials((trial,), given.public_url, REALM, "container_registry")
    assert "OAuth2 form" in given.unknown(token_service_fails, trials=trials)
    refused = replace(trial, by_get=given.exchange(REALM, 401))
    assert given.passes(token_service_fails, trials=replace(trials, trials=(refused,)))


@pytest.mark.parametrize("status", [400, 401])
def test_refusals_are_no_errors_of_the_service(given: Given, status: int) -> None:
    assert given.passes(token_service_fails, trials=_trials(given, given.exchange(REALM, status)))


def test_a_limit_of_requests_is_told_with_how_long_it_lasts(given: Given) -> None:
    answer = given.exchange(
        REALM, 429, ("Retry-After", "60"), ("RateLimit-Name", "throttle_unauthenticated_web"), body=b"Retry later"
    )
    fail = given.fail(token_service_fails, trials=_trials(given, answer))
    assert fail.message.endswith("answers 429, too many requests: wait 60 s; it limits this address")
    assert "Retry-After: 60, RateLimit-Name: throttle_unauthenticated_web" in fail.evidence[1].quote
    assert fail.severity is None
    hostile = given.exchange(REALM, 429, ("Retry-After", "9" * 5000))
    assert len(given.fail(token_service_fails, trials=_trials(given, hostile)).message) < 300


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (405, b"", "answers 405"),
        (404, b"", "answers 404"),
        (404, b'{"message": "404 Not Found"}', "answers 404"),
        (410, b"gone", "answers 410"),
        (200, b"", "with an empty body"),
        (200, b"[1, 2]", "a JSON array"),
        (200, b'{"token": 12345}', "a token that is no text"),
        (200, b"OK", "a body that is not JSON"),
        (200, b"[" * 100_000, "nested too deep"),
    ],
)
def test_what_no_client_can_read_a_token_out_of_is_a_finding(given: Given, status: int, body: bytes, said: str) -> None:
    fail = given.fail(token_service_fails, trials=_trials(given, given.exchange(REALM, status, body=body)))
    assert said in fail.message
    assert fail.message.endswith("clients get no token from it")
    assert f"→ {status}" in fail.evidence[1].quote


def test_an_answer_that_does_not_end_is_a_finding(given: Given) -> None:
    endless = replace(given.exchange(REALM, 200, given.json, body=b'{"token": "' + b"a" * 100), truncated=True)
    assert "more than 1048576 bytes" in given.fail(token_service_fails, trials=_trials(given, endless)).message


@pytest.mark.parametrize("token", ["canary\r\nX-Evil: 1", "canary-\u00fc"])
def test_a_token_that_no_header_can_carry_is_a_finding_and_is_not_shown(given: Given, token: str) -> None:
    answer = given.exchange(REALM, 200, given.json, body=json.dumps({"token": token}).encode())
    kept = given.exchange(f"{given.public_url}/v2/", fails=(FailureKind.PROTOCOL, "characters that HTTP forbids"))
    fail = given.fail(token_service_fails, trials=_trials(given, answer, ping=kept))
    assert "gives a token with" in fail.message
    assert fail.message.endswith("clients cannot log in with it")
    refused = given.exchange(f"{given.public_url}/v2/", 401)
    assert given.fail(token_service_fails, trials=_trials(given, answer, ping=refused)).message == fail.message
    assert "canary" not in str(fail)
    shown = given.exchange(f"{given.public_url}/v2/", 200)
    assert given.passes(token_service_fails, trials=_trials(given, answer, ping=shown))


@pytest.mark.parametrize(
    ("realm", "service", "status", "body"),
    [
        (REALM, "registry.example.com", 404, b""),
        (REALM, "container_registry", 404, b'{"errors":[{"code":"UNAVAILABLE","message":"registry not enabled"}]}'),
        ("https://registry.example.com/auth/token/", "container_registry", 404, b"404 page not found"),
        (REALM, "container_registry", 404, NGINX),
        (REALM, "container_registry", 200, GITLABS),
        (REALM, "container_registry", 403, b'{"errors":[{"code":"DENIED","message":"access forbidden"}]}'),
    ],
)
def test_what_another_check_names_is_left_to_it(
    given: Given, realm: str, service: str, status: int, body: bytes
) -> None:
    trials = replace(_trials(given, given.exchange(realm, status, body=body), realm), service=service)
    assert given.passes(token_service_fails, trials=trials)


def _sent_on(given: Given, last: Exchange, steps: int) -> TokenTrials:
    trials = _trials(given, given.exchange(REALM, 302, ("Location", last.url)))
    return replace(trials, trials=(replace(trials.trials[0], followed=last, steps=steps),))


def test_a_circle_of_redirects_is_a_finding_and_one_step_that_ends_is_none(given: Given) -> None:
    there = "https://gitlab.example.com/elsewhere"
    circle = given.exchange(there, 302, ("Location", REALM))
    fail = given.fail(token_service_fails, trials=_sent_on(given, circle, 10))
    assert "sends clients on 10 times and more" in fail.message
    assert given.passes(token_service_fails, trials=_sent_on(given, circle, 3))
    assert given.passes(token_service_fails, trials=_trials(given, circle))
    assert given.passes(token_service_fails, trials=_sent_on(given, given.exchange(there, 401), 1))
    nowhere = given.fail(token_service_fails, trials=_trials(given, given.exchange(REALM, 302)))
    assert "without saying where to go" in nowhere.message


def test_what_is_behind_a_redirect_is_the_services_answer(given: Given) -> None:
    there = "https://gitlab.example.com/elsewhere"
    fail = given.fail(token_service_fails, trials=_sent_on(given, given.exchange(there, 404), 1))
    assert f"sends clients to {there}, which answers 404" in fail.message
    down = given.exchange(there, fails=(FailureKind.REFUSED, "connection refused"))
    assert "where nobody answers" in given.fail(token_service_fails, trials=_sent_on(given, down, 1)).message


def test_without_an_answer_it_is_unknown(given: Given) -> None:
    down = given.exchange(REALM, fails=(FailureKind.REFUSED, "connection refused"))
    assert "connection refused" in given.unknown(token_service_fails, trials=_trials(given, down))
    assert given.unknown(token_service_fails, trials=TokenTrials(()))


@pytest.mark.parametrize("status", [500, 502, 429])
def test_traffic_shows_a_token_service_that_fails(status: int) -> None:
    seen = Traffic()
    seen.sent_away()
    seen.ask(f"GET {REALM}?service=container_registry&account=me", status)

    assert seen.only("token_service_fails").fail.resource == REALM


def test_in_traffic_a_body_that_was_not_recorded_is_no_missing_token() -> None:
    seen = Traffic()
    seen.sent_away()
    seen.ask(f"GET {REALM}?service=container_registry&account=me", 200, JSON, response_size=1200)
    seen.ask(f"POST {REALM}", 405)

    assert seen.findings() == []
