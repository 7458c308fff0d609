"""A challenge that clients get otherwise than the registry sends it is a finding; autoredirect's is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Check, Fail, Outcome, Severity, Skip
from regdoctor.checks.proxy.challenge_rewritten import challenge_rewritten

if TYPE_CHECKING:
    from regdoctor.evidence.answers import Ping
    from tests.checks.conftest import Given

JUDGED: Check = challenge_rewritten
BODY = b'{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":null}]}'


def bearer(given: Given, url: str, realm: str, service: str) -> Ping:
    """A registry's 401 with this challenge."""
    challenge = ("WWW-Authenticate", f'Bearer realm="{realm}",service="{service}"')
    return given.ping(url, 401, given.api, given.json, challenge, body=BODY)


def told(given: Given, outer: Ping, inner: Ping | None = None) -> list[Outcome]:
    """What the check says of the public answer, beside a healthy registry where none is given."""
    inner = inner or given.asks(given.inner_url)
    return given.outcomes(JUDGED, public=given.public(outer), internal=given.internal(inner))


@pytest.mark.parametrize(
    ("realm", "service", "severities"),
    [
        ("https://gitlab.example.com/jwt/auth", "other", [None]),
        ("http://gitlab.example.com/jwt/auth", "container_registry", [Severity.WARNING]),
        ("https://login.example.com/token", "other", [None, Severity.WARNING]),
    ],
)
def test_another_realm_or_service_is_a_finding(
    given: Given, realm: str, service: str, severities: list[Severity | None]
) -> None:
    fails = [one for one in told(given, bearer(given, given.public_url, realm, service)) if isinstance(one, Fail)]

    assert [fail.severity for fail in fails] == severities
    for fail in fails:
        changed = service if fail.resource.endswith(" service") else realm
        assert changed in fail.message
        assert "WWW-Authenticate" in fail.evidence[0].quote
        assert "container_registry" in fail.evidence[1].quote


def test_a_challenge_that_is_taken_away_is_a_finding(given: Given) -> None:
    bare = given.ping(given.public_url, 401, given.api, given.json, body=BODY)

    (fail,) = told(given, bare)

    assert isinstance(fail, Fail)
    assert "without WWW-Authenticate" in fail.message
    assert "no WWW-Authenticate" in fail.evidence[0].quote


def test_the_same_challenge_passes(given: Given) -> None:
    message = given.passes(
        JUDGED, public=given.public(given.asks()), internal=given.internal(given.asks(given.inner_url))
    )

    assert "https://gitlab.example.com/jwt/auth" in message


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("https://registry.example.com:5050/auth/token", "http://127.0.0.1:5000/auth/token"),
        ("https://registry.example.com:5050/auth/token", "/auth/token"),
    ],
)
def test_a_realm_that_is_made_of_the_host_is_not_judged(given: Given, outer: str, inner: str) -> None:
    (outcome,) = told(given, bearer(given, given.public_url, outer, "x"), bearer(given, given.inner_url, inner, "x"))

    assert isinstance(outcome, Skip)
    assert "autoredirect" in outcome.reason


def test_its_service_still_is(given: Given) -> None:
    outer = bearer(given, given.public_url, "https://registry.example.com:5050/auth/token", "x")
    inner = bearer(given, given.inner_url, "http://127.0.0.1:5000/auth/token", "y")

    outcomes = told(given, outer, inner)

    assert [type(one).__name__ for one in outcomes] == ["Skip", "Fail"]


def test_a_realm_on_the_registrys_own_host_that_is_the_same_on_both_sides_passes(given: Given) -> None:
    realm = "https://registry.example.com:5050/service/token"
    pings = [bearer(given, url, realm, "harbor") for url in (given.public_url, given.inner_url)]

    assert given.passes(JUDGED, public=given.public(pings[0]), internal=given.internal(pings[1]))


def test_a_realm_that_is_no_url_is_compared_as_text(given: Given) -> None:
    (fail,) = told(given, bearer(given, given.public_url, "http://[::1", "container_registry"))

    assert isinstance(fail, Fail)


def test_without_two_registries_to_compare_it_does_not_apply(given: Given) -> None:
    assert isinstance(told(given, given.asks(), given.open(given.inner_url))[0], Skip)
    assert isinstance(told(given, given.gateway())[0], Skip)
    page = given.ping(given.public_url, 401, given.html, given.api, body=b"<html></html>")
    assert isinstance(told(given, page)[0], Skip)


def test_a_401_in_the_registrys_words_without_a_challenge_shows_from_outside(given: Given) -> None:
    for headers in ((given.api, given.json), (given.json,)):
        bare = given.public(given.ping(given.public_url, 401, *headers, body=BODY))

        fail = given.fail(JUDGED, public=bare, internal=given.no_such)

        assert "without WWW-Authenticate" in fail.message
        assert [quote.quote.count("no WWW-Authenticate") for quote in fail.evidence] == [1]


def test_any_other_answer_tells_nothing_from_outside(given: Given) -> None:
    page = given.ping(given.public_url, 401, given.html, given.api, body=b"<html></html>")
    nobody = given.ping(given.public_url, 401, body=b"")
    for ping in (given.asks(), given.open(), given.gateway(), given.refused(given.public_url), page, nobody):
        answer = given.public(ping)
        assert given.skips(JUDGED, public=answer, internal=given.no_such) == given.no_such.reason
        assert given.unknown(JUDGED, public=answer) == given.not_here.reason
