"""What was wanted of a repository and is not in the token is a finding, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Severity
from regdoctor.checks.auth.scope_not_granted import scope_not_granted
from regdoctor.distribution.tokens import Access, read_token, sign_token
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.recorded import Shown
from regdoctor.evidence.scope_trial import ScopeTrial
from tests.evidence.token_traffic import Traffic, body, challenge, jwt_of, may

if TYPE_CHECKING:
    from tests.checks.conftest import Given

REALM = "https://gitlab.example.com/jwt/auth"
BOTH = ("pull", "push")


def _trial(
    given: Given, granted: Access | None, *, wanted: tuple[str, ...] = BOTH, listing: int = 401, opaque: bool = False
) -> ScopeTrial:
    signed = sign_token(
        given.rsa(1), issuer="i", audience="s", subject="u", access=(granted,) if granted else (), now=1_700_000_000
    )
    challenge = ("WWW-Authenticate", 'Bearer realm="r",service="s",error="insufficient_scope"')
    tags = given.exchange(f"{given.public_url}/v2/g/p/tags/list?n=1", listing, challenge)
    token = None if opaque else read_token(signed.reveal())
    return ScopeTrial("bob", "g/p", wanted, Exchange("GET", REALM, status=200), token, tags)


def test_nothing_granted_is_a_finding(given: Given) -> None:
    fail = given.fail(scope_not_granted, trial=_trial(given, None))
    assert fail.message == "bob is granted nothing on g/p: pull and push will be refused"
    assert "401" in fail.evidence[1].quote


def test_pull_alone_is_a_finding_where_push_is_wanted(given: Given) -> None:
    trial = _trial(given, Access("repository", "g/p", ("pull",)), listing=200)
    assert (
        given.fail(scope_not_granted, trial=trial).message == "bob is granted pull alone on g/p: push will be refused"
    )


@pytest.mark.parametrize(
    ("actions", "wanted"), [(BOTH, BOTH), (("*",), BOTH), (("pull",), ("pull",)), (("delete", "pull"), ("pull",))]
)
def test_what_is_wanted_and_granted_passes(given: Given, actions: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    trial = _trial(given, Access("repository", "g/p", actions), wanted=wanted, listing=404)
    assert "bob is granted" in given.passes(scope_not_granted, trial=trial)


def test_a_class_of_repository_counts_as_one_and_another_name_does_not(given: Given) -> None:
    given.passes(scope_not_granted, trial=_trial(given, Access("repository(plugin)", "g/p", BOTH)))
    given.fail(scope_not_granted, trial=_trial(given, Access("repository", "g/other", BOTH)))
    given.fail(scope_not_granted, trial=_trial(given, Access("registry", "g/p", BOTH)))


def test_a_registry_that_opens_all_the_same_leaves_it_unknown(given: Given) -> None:
    assert "does not refuse" in given.unknown(scope_not_granted, trial=_trial(given, None, listing=200))


@pytest.mark.parametrize(
    ("status", "header", "body"),
    [
        (401, ("WWW-Authenticate", 'Bearer realm="r",error="invalid_token"'), b""),
        (401, ("WWW-Authenticate", 'Bearer realm="r"'), b""),
        (403, ("Content-Type", "text/html"), b"<html><hr><center>nginx</center></html>"),
    ],
    ids=["the token is no good", "no token came", "a proxy"],
)
def test_who_refuses_for_another_reason_proves_nothing(
    given: Given, status: int, header: tuple[str, str], body: bytes
) -> None:
    listing = given.exchange(f"{given.public_url}/v2/g/p/tags/list?n=1", status, header, body=body)
    trial = replace(_trial(given, None), listing=listing)
    assert "for that" in given.unknown(scope_not_granted, trial=trial)


def test_a_bare_401_counts_where_tokens_say_what_they_open(given: Given) -> None:
    bare = given.exchange(f"{given.public_url}/v2/g/p/tags/list?n=1", 401, given.bearer)
    trial = replace(_trial(given, Access("repository", "g/other", BOTH)), listing=bare)
    assert "granted nothing" in given.fail(scope_not_granted, trial=trial).message


def test_a_token_that_cannot_be_read_leaves_it_unknown(given: Given) -> None:
    assert "200" in given.unknown(scope_not_granted, trial=_trial(given, None, opaque=True))


def test_actions_of_any_text_stay_on_one_short_line(given: Given) -> None:
    odd = Access("repository", "g/p", ("\n\x1b[2J", "y" * 9999))
    fail = given.fail(scope_not_granted, trial=_trial(given, odd))
    for text in (fail.message, fail.evidence[0].quote):
        assert text.isprintable()
        assert len(text) < 300


def _refused(*access: Access, asked: str = "repository:a/b:pull,push", login: bool = True) -> Traffic:
    seen = Traffic()
    seen.sent_away()
    seen.given(jwt_of(*access), asked, login=login)
    wanted = challenge("insufficient_scope", "repository:a/b:pull,push")
    seen.ask("POST /v2/a/b/blobs/uploads/", 401, wanted, content=body("UNAUTHORIZED"))
    return seen


def test_traffic_shows_what_was_asked_for_and_not_given() -> None:
    fail = _refused(may("a/b", "pull")).only("scope_not_granted").fail

    assert fail.message == "The client is granted pull alone on a/b, and refused push"
    assert fail.resource == "a/b"


def test_in_traffic_who_asks_without_a_login_may_be_answered_so() -> None:
    fail = _refused(login=False).only("scope_not_granted").fail

    assert fail.severity is Severity.WARNING
    assert "not logged in is granted nothing" in fail.message


def test_a_client_that_asks_for_push_only_after_a_refusal_is_healthy() -> None:
    assert _refused(may("a/b", "pull"), asked="repository:a/b:pull").findings() == []


def test_traffic_shows_a_registry_that_denies_a_login_an_action() -> None:
    seen = Traffic(shown=Shown("Basic", "e" * 12))
    said = body("DENIED", "User: x is not authorized to perform: ecr:InitiateLayerUpload")
    seen.ask("POST /v2/a/b/blobs/uploads/", 403, content=said)

    assert "ecr:InitiateLayerUpload" in seen.only("scope_not_granted").fail.message


def test_a_quota_that_is_exceeded_is_no_matter_of_scopes() -> None:
    seen = Traffic(shown=Shown("Basic", "e" * 12))
    seen.ask("PUT /v2/a/b/manifests/x", 403, content=body("DENIED", "adding 5 MiB will exceed the quota"))

    assert "scope_not_granted" not in seen.names()
