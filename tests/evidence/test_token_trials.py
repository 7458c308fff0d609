"""A 401 counts as a refusal of the token only where it cannot mean anything else."""

from __future__ import annotations

import pytest

from regdoctor.distribution.tokens import Token
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.token_trials import TokenTrials, Trial, is_turned_away, refuses_login
from regdoctor.redaction import Secret

TOKEN = Token("RS256", "kid", False, False, "issuer", ("s",), False, "u", (), None, None, None, "id")
NAMELESS = Token("RS256", "kid", False, False, "", ("s",), False, "u", (), None, None, None, "id")
REALM = Exchange("GET", "https://gitlab.example.com/jwt/auth", status=200)
LOGGED_IN = Exchange(
    "GET", REALM.url, request_headers=(("authorization", Secret("Basic x", "credentials")),), status=200
)


def _ping(status: int, error: str = "") -> Exchange:
    challenge = f'Bearer realm="r",service="s"{f",error={error!r}" if error else ""}'.replace("'", '"')
    return Exchange("GET", "https://r/v2/", status=status, headers=(("WWW-Authenticate", challenge),))


@pytest.mark.parametrize(
    ("trial", "refused"),
    [
        (Trial("a", True, LOGGED_IN, TOKEN, _ping(401)), True),
        (Trial("a", True, LOGGED_IN, None, _ping(401)), True),
        (Trial("a", True, LOGGED_IN, TOKEN, _ping(200)), False),
        (Trial("a", True, LOGGED_IN, TOKEN, _ping(503)), False),
        (Trial("a", True, LOGGED_IN, TOKEN, None), False),
        (Trial("a", True, REALM, TOKEN, _ping(401)), False),
        (Trial("a", True, REALM, TOKEN, _ping(401, "insufficient_scope")), False),
        (Trial("a", True, REALM, TOKEN, _ping(401, "invalid_token")), True),
        (Trial("a", True, REALM, TOKEN, _ping(401, "invalid_token"), withheld="it was kept"), False),
        (Trial("a", False, None, TOKEN, _ping(401)), True),
        (Trial("a", False, None, NAMELESS, _ping(401)), False),
    ],
)
def test_refused(trial: Trial, refused: bool) -> None:
    assert trial.refused is refused


def test_anonymous_means_without_an_authorization_header() -> None:
    assert Trial("a", True, REALM, None, None).anonymous
    assert not Trial("a", True, LOGGED_IN, None, None).anonymous
    assert not Trial("a", False, None, TOKEN, None).anonymous


@pytest.mark.parametrize(
    ("look", "answers"),
    [
        (None, False),
        (Exchange("GET", "https://h/", status=404), True),
        (Exchange("GET", "https://h/", failure=Failure(FailureKind.TLS, "certificate not accepted")), True),
        (Exchange("GET", "https://h/", failure=Failure(FailureKind.TLS, "no TLS", not_tls=True)), False),
        (Exchange("GET", "https://h/", failure=Failure(FailureKind.REFUSED, "refused")), False),
    ],
)
def test_tls_answers_whatever_its_certificate(look: Exchange | None, answers: bool) -> None:
    assert Trial("a", True, REALM, None, None, over_tls=look).tls_answers is answers


def _answer(status: int, body: bytes = b"", *headers: tuple[str, str], method: str = "GET") -> Exchange:
    return Exchange(method, REALM.url, status=status, headers=headers, body=body)


@pytest.mark.parametrize(
    ("answer", "refuses", "turned_away"),
    [
        (_answer(401), True, False),
        (_answer(403, b'{"errors":[{"code":"DENIED","message":"access forbidden"}]}'), True, False),
        (_answer(403, b'{"errors":[{"status":403,"message":"Bad credentials"}]}'), True, False),
        (_answer(403, b'{"error":"access_denied"}'), True, False),
        (_answer(403, b"Forbidden\n", ("Content-Type", "text/plain")), False, True),
        (_answer(403, b'{"message":"Forbidden"}'), False, True),
        (_answer(403, b"<html></html>"), False, True),
        (_answer(429), False, True),
        (_answer(503, b"<html></html>", ("cf-mitigated", "challenge")), False, True),
        (_answer(405, b"<html></html>", ("x-amzn-waf-action", "captcha")), False, True),
        (_answer(400, b'{"error":"invalid_grant"}', method="POST"), True, False),
        (_answer(400, b'{"error":"invalid_grant"}'), False, False),
        (_answer(404), False, False),
        (_answer(200, b'{"token":"x"}'), False, False),
    ],
)
def test_a_refused_login_is_told_from_a_request_that_is_turned_away(
    answer: Exchange, refuses: bool, turned_away: bool
) -> None:
    assert (refuses_login(answer), is_turned_away(answer)) == (refuses, turned_away)


def test_where_the_form_is_not_known_the_answer_to_get_tells() -> None:
    posted, got = _answer(404, method="POST"), _answer(401)
    assert Trial("a", True, posted, None, None).asked is posted
    assert Trial("a", True, posted, None, None, by_get=got).asked is got
    assert Trial("a", False, None, TOKEN, None).asked is None


def test_a_realm_is_shown_on_one_line_without_its_query() -> None:
    assert TokenTrials((), realm="https://h/jwt/auth?secret=1").realm_in_words == "https://h/jwt/auth"
    hostile = TokenTrials((), realm="https://h/\n\x1b[31m" + "a" * 10_000).realm_in_words
    assert hostile.isprintable()
    assert len(hostile) == 120


def test_the_trial_of_the_token_service_is_found_among_others() -> None:
    asked, signed = Trial("a", True, REALM, TOKEN, None), Trial("b", False, None, TOKEN, None)
    assert TokenTrials((signed, asked)).issued is asked
    assert TokenTrials((signed,)).issued is None


@pytest.mark.parametrize(
    ("statuses", "mixed"), [((200, 401), True), ((200, 200), False), ((401, 401), False), ((200, 503), False)]
)
def test_a_token_that_some_answers_take_and_some_refuse_is_mixed(statuses: tuple[int, ...], mixed: bool) -> None:
    first, *others = (_ping(status) for status in statuses)
    trial = Trial("a", True, LOGGED_IN, TOKEN, first, tuple(others))
    assert (trial.mixed, len(trial.shown)) == (mixed, 2)
