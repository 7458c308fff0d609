"""A page where tokens should be given is named with who wrote it; GitLab's own refusals are not such pages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Pass, Severity, Unknown
from regdoctor.checks.auth.realm_answers_html import realm_answers_html
from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.evidence.token_trials import TokenTrials, Trial
from tests.evidence.token_traffic import Traffic

if TYPE_CHECKING:
    from tests.checks.conftest import Given

REALM = "https://gitlab.example.com/jwt/auth"
PAGE = b"<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body></body></html>"
NGINX = b"<html><head><title>x</title></head><body><center><h1>x</h1></center><hr><center>nginx</center></body></html>"
GITLABS = b"<html><head><title>The page could not be found (404) GitLab</title></head></html>"


def _trials(given: Given, answer: Exchange, *, realm: str = REALM, service: str = "container_registry") -> TokenTrials:
    return TokenTrials((Trial(f"from {realm}", True, answer, None, None),), given.public_url, realm, service)


@pytest.mark.parametrize("status", [200, 404, 405])
def test_a_page_is_a_finding(given: Given, status: int) -> None:
    trials = _trials(given, given.exchange(REALM, status, given.html, body=PAGE))
    assert f"{REALM} answers {status} with a page" in given.fail(realm_answers_html, trials=trials).message


@pytest.mark.parametrize(("status", "mode"), [(403, "AUTH-10"), (404, "AUTH-11")])
def test_who_signed_the_page_is_named(given: Given, status: int, mode: str) -> None:
    fail = given.fail(realm_answers_html, trials=_trials(given, given.exchange(REALM, status, given.html, body=NGINX)))
    assert "page of nginx" in fail.message
    assert fail.evidence[-1].quote == "<hr><center>nginx</center>"
    assert fail.failure_modes == (mode,)


def test_a_firewalls_page_says_nothing_of_the_path(given: Given) -> None:
    page = b"<html><body>Request unsuccessful. Incapsula incident ID: 1-2</body></html>"
    fail = given.fail(realm_answers_html, trials=_trials(given, given.exchange(REALM, 403, given.html, body=page)))
    assert fail.severity is Severity.WARNING
    assert "let programs through" in fail.remedy[Dialect.PLAIN].text
    assert "auth.token.realm" not in fail.remedy[Dialect.PLAIN].text


@pytest.mark.parametrize(
    ("status", "header"),
    [
        (403, ("cf-mitigated", "challenge")),
        (503, ("CF-Mitigated", "challenge")),
        (202, ("x-amzn-waf-action", "challenge")),
        (405, ("x-amzn-waf-action", "captcha")),
    ],
)
def test_a_test_for_browsers_may_be_for_regdoctor_alone(given: Given, status: int, header: tuple[str, str]) -> None:
    body = b"<html><head><title>Just a moment...</title></head><body>Cloudflare Ray ID: 1</body></html>"
    trials = _trials(given, given.exchange(REALM, status, given.html, header, body=body))
    assert "let programs through" in given.unknown(realm_answers_html, trials=trials)


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [(403, "text/plain", b"Forbidden"), (403, "text/html", PAGE), (403, "", b""), (429, "text/plain", b"Retry later")],
)
def test_one_who_is_turned_away_has_not_seen_who_answers_there(
    given: Given, status: int, kind: str, body: bytes
) -> None:
    trials = _trials(given, given.exchange(REALM, status, ("Content-Type", kind), body=body))
    assert "turned away" in given.unknown(realm_answers_html, trials=trials)


@pytest.mark.parametrize("status", [404, 405])
def test_a_page_in_answer_to_the_oauth2_form_is_asked_again_by_get(given: Given, status: int) -> None:
    posted = given.exchange(REALM, status, given.html, body=PAGE, method="POST")
    trials = _trials(given, posted)
    assert "OAuth2 form" in given.unknown(realm_answers_html, trials=trials)
    refused = replace(trials.trials[0], by_get=given.exchange(REALM, 401))
    assert given.passes(realm_answers_html, trials=replace(trials, trials=(refused,)))
    page = replace(refused, by_get=given.exchange(REALM, 404, given.html, body=PAGE))
    assert "with a page" in given.fail(realm_answers_html, trials=replace(trials, trials=(page,))).message


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (200, "application/json", b'{"token": "x"}'),
        (404, "text/html", b""),
        (404, "application/json", b'{"errors":[{"code":"UNAVAILABLE","message":"registry not enabled"}]}'),
        (403, "application/json", b'{"errors":[{"code":"DENIED","message":"access forbidden"}]}'),
        (401, "text/html", NGINX),
    ],
)
def test_what_a_token_service_itself_may_answer_is_none(given: Given, status: int, kind: str, body: bytes) -> None:
    trials = _trials(given, given.exchange(REALM, status, ("Content-Type", kind), body=body))
    assert given.passes(realm_answers_html, trials=trials)


@pytest.mark.parametrize("page", [PAGE, GITLABS])
def test_a_page_that_may_stand_for_an_unknown_service_leaves_two_causes(given: Given, page: bytes) -> None:
    trials = _trials(given, given.exchange(REALM, 404, given.html, body=page), service="registry.example.com")
    reason = given.unknown(realm_answers_html, trials=trials)
    assert "not routed" in reason
    assert 'does not know the service "registry.example.com"' in reason
    another = _trials(given, given.exchange(REALM, 404, given.html, body=NGINX), service="registry.example.com")
    assert "a page of nginx" in given.fail(realm_answers_html, trials=another).message


def test_gitlabs_sign_in_page_is_no_token_service(given: Given) -> None:
    found = given.exchange(REALM, 302, ("Location", "https://gitlab.example.com/users/sign_in"))
    assert "sign-in page" in given.fail(realm_answers_html, trials=_trials(given, found)).message


@pytest.mark.parametrize("location", ["https://gitlab.example.com/jwt/auth", "http://[", ""])
def test_another_redirect_stays_open(given: Given, location: str) -> None:
    moved = given.exchange(REALM, 301, ("Location", location), given.html, body=NGINX)
    assert "elsewhere" in given.unknown(realm_answers_html, trials=_trials(given, moved))


@pytest.mark.parametrize(
    ("there", "status", "body", "said"),
    [
        ("https://gitlab.example.com/jwt/auth/", 200, b'{"token": "abc"}', ""),
        ("https://gitlab.example.com/jwt/auth/", 200, b'{"access_token": "abc"}', ""),
        ("https://gitlab.example.com/jwt/auth/", 401, b'{"errors": []}', "without a login no token is given there"),
        ("https://gitlab.example.com/jwt/auth/", 200, PAGE, "without a login no token is given there"),
        ("https://git.example.com/jwt/auth", 200, b'{"token": "abc"}', "takes no login along to another host"),
    ],
)
def test_a_redirect_is_judged_by_what_is_behind_it(
    given: Given, there: str, status: int, body: bytes, said: str
) -> None:
    trials = _trials(given, given.exchange(REALM, 301, ("Location", there)))
    trial = replace(trials.trials[0], followed=given.exchange(there, status, body=body))
    found = given.outcome(realm_answers_html, trials=replace(trials, trials=(trial,)))
    assert isinstance(found, Unknown if said else Pass)
    assert said in found.reason if isinstance(found, Unknown) else "where a token service answers" in str(found)


def test_without_an_answer_and_with_an_error_it_is_unknown(given: Given) -> None:
    down = given.exchange(REALM, fails=(FailureKind.REFUSED, "connection refused"))
    assert "connection refused" in given.unknown(realm_answers_html, trials=_trials(given, down))
    failing = given.exchange(REALM, 500, given.html, body=PAGE)
    assert "500" in given.unknown(realm_answers_html, trials=_trials(given, failing))
    assert given.unknown(realm_answers_html, trials=TokenTrials(()))


@pytest.mark.parametrize(
    ("status", "body", "answers"),
    [
        (200, b'{"token": "abc"}', True),
        (403, b'{"errors":[{"code":"DENIED","message":"access forbidden"}]}', True),
        (200, b'{"version": 1}', False),
        (401, b'{"message": "no"}', False),
        (404, PAGE, False),
    ],
)
def test_where_gitlabs_own_path_answers_it_is_the_realm_to_paste(
    given: Given, status: int, body: bytes, answers: bool
) -> None:
    wrong = "https://gitlab.example.com/gitlab/jwt/auth"
    trials = _trials(given, given.exchange(wrong, 404, given.html, body=NGINX), realm=wrong)
    beside = given.exchange(f"{REALM}?service=container_registry", status, body=body)
    trial = replace(trials.trials[0], at_gitlabs_path=beside)
    fail = given.fail(realm_answers_html, trials=replace(trials, trials=(trial,)))
    assert (f"{REALM} of the same host answers as GitLab does" in fail.message) is answers
    assert (f'realm: "{REALM}"' in "".join(fail.remedy[Dialect.PLAIN].commands)) is answers
    assert "abc" not in str(fail)


@pytest.mark.parametrize(("status", "content"), [(200, b""), (404, b"<html><body>not here</body></html>")])
def test_traffic_shows_a_page_where_tokens_should_be_given(status: int, content: bytes) -> None:
    seen = Traffic()
    seen.sent_away()
    page = ("Content-Type", "text/html")
    seen.ask(f"GET {REALM}?service=container_registry&account=me", status, page, content=content, response_size=900)

    assert seen.only("realm_answers_html").fail.resource == REALM
