"""What a token service answered, as people read it."""

from __future__ import annotations

from typing import Any

import pytest

from regdoctor.distribution.scopes import Access
from regdoctor.evidence.recorded import Shown
from regdoctor.traffic.token_meanings import meaning
from tests.traffic.seen_exchanges import PAGE, REALM, errors, exchanged, given_token, recognised

ASKED = f"GET {REALM}?service=s&scope=repository:group/app:pull,push"
LOGIN = f"GET {REALM}?service=s&account=me"
OPAQUE = Shown("", "ba9876543210")
PULL, PUSH = Access("repository", "group/app", ("pull",)), Access("repository", "group/app", ("pull", "push"))


def meant(request: str, status: int, body: bytes | dict[str, Any] = b"", *, normal: bool = True, **more: Any) -> str:
    return meaning(recognised(exchanged(request, status, (), body, **more)), status, normal)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (given_token(PUSH), "a token for repository:group/app:pull,push, good for 5 minutes"),
        (
            given_token(PUSH, PULL, PULL, PUSH),
            "a token for repository:group/app:pull,push and repository:group/app:pull and 2 more, good for 5 minutes",
        ),
        (given_token(), "a token for the login alone, which grants nothing, good for 5 minutes"),
        (given_token(PUSH, life=-60), "a token for repository:group/app:pull,push"),
    ],
)
def test_a_token_is_told_by_what_it_grants(given: Shown, said: str) -> None:
    assert meant(ASKED, 200, given=given) == said


def test_a_token_that_grants_nothing_of_what_was_asked_for_says_so() -> None:
    assert meant(ASKED, 200, normal=False, given=given_token()) == (
        "a token that grants nothing of repository:group/app:pull,push, good for 5 minutes"
    )


def test_an_opaque_token_is_told_by_what_was_asked_for_and_lasts_as_the_answer_says() -> None:
    assert meant(ASKED, 200, {"token": "[redacted]", "expires_in": 900}, given=OPAQUE) == (
        "a token for repository:group/app:pull,push, good for 15 minutes"
    )
    assert meant(LOGIN, 200, {"token": "[redacted]"}, given=OPAQUE) == "a token, good for 1 minute"
    assert meant(LOGIN, 200, {"token": "[redacted]", "expires_in": True}, given=OPAQUE) == "a token"


def test_an_answer_without_a_token_and_a_page_are_none() -> None:
    assert meant(ASKED, 200, {}) == "an answer without a token"
    assert meant(ASKED, 200, PAGE) == "a page for people in the place of a token"


@pytest.mark.parametrize(
    ("request_line", "status", "normal", "shown", "said"),
    [
        (f"POST {REALM}", 405, True, None, "the token service takes no POST; clients then ask it by GET"),
        (ASKED, 302, False, None, "the token service sends the client elsewhere with 302"),
        (ASKED, 401, False, None, "the token service gives no token without a login"),
        (ASKED, 401, False, Shown("Basic", "c" * 12), "the token service refuses the login"),
        (ASKED, 503, False, None, "the token service fails at the token with 503: it is not available now"),
    ],
)
def test_who_gets_no_token_is_told_why(
    request_line: str, status: int, normal: bool, shown: Shown | None, said: str
) -> None:
    assert meant(request_line, status, normal=normal, shown=shown) == said


def test_its_own_error_is_quoted() -> None:
    assert meant(ASKED, 403, errors("DENIED", "access forbidden"), normal=False) == (
        "the token service refuses the token with 403 DENIED: access forbidden"
    )
