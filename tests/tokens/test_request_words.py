"""What was asked is told with the other side's own words, without a query, and without a secret."""

from __future__ import annotations

import pytest

from regdoctor.distribution.scopes import Access
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.token_answers import GrantedRead, TokenAnswer
from regdoctor.redaction import Secret
from regdoctor.tokens.request_words import read_in_words, refusal_in_words, said_of

REALM = "https://h/jwt/auth?service=x"
TAGS = "http://h/v2/a/b/tags/list"


def _read(status: int | None, code: str = "", challenge: str = "", failure: Failure | None = None) -> GrantedRead:
    body = f'{{"errors": [{{"code": "{code}"}}]}}'.encode() if code else b""
    headers = (("WWW-Authenticate", challenge),) if challenge else ()
    answer = Exchange("GET", TAGS, status=status, headers=headers, body=body, failure=failure)
    return GrantedRead(Access("repository", "a/b", ("pull",)), answer)


def test_a_refusal_names_the_error_and_not_the_query() -> None:
    Secret("canary-password", "password")
    body = b'{"errors": [{"code": "DENIED", "message": "access forbidden for canary-password"}]}'
    told = refusal_in_words(TokenAnswer(Exchange("GET", REALM, status=403, body=body), None, None))

    assert told.startswith("GET https://h/jwt/auth → 403")
    assert told.endswith("DENIED access forbidden for [redacted password]")


def test_a_long_text_of_the_service_is_cut() -> None:
    body = b'{"error": "' + b"x" * 5000 + b'"}'
    assert len(refusal_in_words(TokenAnswer(Exchange("POST", REALM, status=400, body=body), None, None))) < 500


@pytest.mark.parametrize(
    ("by_get", "words"), [(200, "it seems to know no OAuth2 form"), (404, "not for want of the form")]
)
def test_whether_the_form_is_known_is_told_by_what_get_is_answered(by_get: int, words: str) -> None:
    answer = TokenAnswer(Exchange("POST", REALM, status=404), None, None, Exchange("GET", REALM, status=by_get))
    assert words in refusal_in_words(answer)


def test_the_registrys_answer_is_told_in_its_own_words() -> None:
    refused = _read(401, "UNAUTHORIZED", 'Bearer realm="http://x/",error="insufficient_scope"')
    assert said_of(refused) == "401 UNAUTHORIZED, insufficient_scope"
    assert read_in_words(refused).endswith(", with the token: 401 UNAUTHORIZED, insufficient_scope")
    unknown = read_in_words(_read(404, "NAME_UNKNOWN"))
    assert unknown.endswith("NAME_UNKNOWN, no such repository yet; the token was accepted for it")
    assert read_in_words(_read(200)).endswith(", with the token")
    assert said_of(_read(502)) == "502"
    assert said_of(_read(None, failure=Failure(FailureKind.TIMEOUT, "nothing in 10 s"))) == "nothing in 10 s"
