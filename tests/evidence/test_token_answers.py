"""Whether a token is taken is told by what is answered to it, and by nothing that says nothing of it."""

from __future__ import annotations

import pytest

from regdoctor.distribution.scopes import Access
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.token_answers import GrantedRead, TokenAnswer
from regdoctor.redaction import Secret

REALM, PING = "https://h/jwt/auth", "https://h/v2/"
LOGGED_IN, ANONYMOUS = (("Authorization", "[redacted]"),), ()
INVALID = 'Bearer realm="https://h/jwt/auth",error="invalid_token"'


@pytest.mark.parametrize(
    ("status", "challenge", "headers", "accepted"),
    [
        (200, "", ANONYMOUS, True),
        (200, "", LOGGED_IN, True),
        (401, "Bearer realm=x", LOGGED_IN, False),
        (401, INVALID, ANONYMOUS, False),
        (401, "Bearer realm=x", ANONYMOUS, None),
        (502, "", LOGGED_IN, None),
        (None, "", LOGGED_IN, None),
    ],
)
def test_a_bare_401_to_one_who_did_not_log_in_says_nothing_of_the_token(
    status: int | None, challenge: str, headers: tuple[tuple[str, str], ...], accepted: bool | None
) -> None:
    realm = Exchange("GET", REALM, request_headers=headers, status=200)
    ping = Exchange("GET", PING, status=status, headers=(("WWW-Authenticate", challenge),) if challenge else ())
    assert TokenAnswer(realm, Secret("t.t.t", "token"), ping).accepted is accepted


def test_where_no_token_was_shown_nothing_is_said_of_it() -> None:
    answer = TokenAnswer(Exchange("GET", REALM, status=403, body=b'{"errors": [{"code": "DENIED"}]}'), None, None)
    assert (answer.accepted, answer.granted, answer.has_refresh_token, answer.login_refused) == (
        None,
        None,
        False,
        True,
    )


@pytest.mark.parametrize(
    ("status", "code", "refused", "accepted"),
    [
        (200, "", False, True),
        (401, "UNAUTHORIZED", True, False),
        (403, "DENIED", True, False),
        (404, "NAME_UNKNOWN", False, True),
        (404, "", False, False),
        (502, "", False, False),
    ],
)
def test_a_repository_that_is_unknown_is_told_to_none_but_who_may_read_it(
    status: int, code: str, refused: bool, accepted: bool
) -> None:
    body = f'{{"errors": [{{"code": "{code}"}}]}}'.encode() if code else b""
    answer = Exchange("GET", "http://h/v2/a/b/tags/list", status=status, body=body)
    read = GrantedRead(Access("repository", "a/b", ("pull",)), answer)
    assert (read.refused, read.accepted) == (refused, accepted)
