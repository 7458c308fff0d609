"""GitLab knows its registry by one name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.auth.service_mismatch import service_mismatch
from regdoctor.distribution.tokens import Token
from regdoctor.evidence.token_trials import TokenTrials, Trial
from regdoctor.redaction import Secret
from tests.evidence.token_traffic import Traffic, jwt_of

if TYPE_CHECKING:
    from regdoctor.evidence.exchange import Exchange
    from tests.checks.conftest import Given


def config(service: str, realm: str = "https://gitlab.example.com/jwt/auth") -> str:
    return f"version: 0.1\nauth:\n  token:\n    realm: {realm}\n    service: {service}\n"


@pytest.mark.parametrize("service", ["registry.example.com", "Container_Registry", '"container_registry "'])
def test_another_name_is_a_finding_with_its_line(given: Given, service: str) -> None:
    fail = given.fail(service_mismatch, config=given.config(config(service)))

    assert service.strip('"') in fail.message
    assert fail.evidence[0].line == 5
    assert "service: container_registry" in fail.remedy[Dialect.PLAIN].commands[0]
    assert "REGISTRY_AUTH_TOKEN_SERVICE" in fail.remedy[Dialect.OMNIBUS].text


def test_the_right_name_passes(given: Given) -> None:
    assert given.passes(service_mismatch, config=given.config(config("container_registry")))


def test_another_token_service_may_call_it_what_it_likes(given: Given) -> None:
    given.skips(service_mismatch, config=given.config(config("x", realm="https://auth.example.com/auth")))


def test_a_registry_without_a_name_does_not_start_at_all(given: Given) -> None:
    given.skips(service_mismatch, config=given.config("auth: {token: {realm: https://g.example.com/jwt/auth}}\n"))


REALM = "https://gitlab.example.com/jwt/auth"
ELSEWHERE = "https://login.example.com/token"
GITLABS_PAGE = b"<html><h1>404</h1><p>Please contact your GitLab administrator if you think so.</p></html>"


def token(*audience: str) -> Token:
    """A token for these services; several make a list of aud."""
    return Token(
        algorithm="RS256",
        kid=None,
        x5c=False,
        jwk=False,
        issuer="me",
        audience=audience,
        audience_is_list=len(audience) != 1,
        subject="lab",
        access=(),
        expires=None,
        not_before=None,
        issued=None,
        token_id="1",
    )


def tried(
    given: Given,
    service: str,
    realm: str = REALM,
    answer: Exchange | None = None,
    *audience: str,
    status: int = 401,
    error: str = "invalid_token",
) -> TokenTrials:
    """A login that came as far as the token service, or with an audience as far as the registry."""
    login = (("Authorization", Secret("Basic x", "password")),)
    answered = replace(answer or given.exchange(realm), request_headers=login)
    challenge = (given.bearer[0], given.bearer[1] + (f',error="{error}"' if error else ""))
    ping = given.exchange(f"{given.public_url}/v2/", status, challenge) if audience else None
    read = token(*audience) if audience else None
    return TokenTrials((Trial("for lab", True, answered, read, ping),), given.public_url, realm, service)


@pytest.mark.parametrize("body", [b"", GITLABS_PAGE])
def test_gitlabs_404_shows_from_outside_that_it_does_not_know_the_name(given: Given, body: bytes) -> None:
    answer = given.exchange(f"{REALM}?service=registry.example.com", 404, given.html, body=body)

    fail = given.fail(
        service_mismatch, config=given.no_such, trials=tried(given, "registry.example.com", REALM, answer)
    )

    assert '"registry.example.com"; GitLab answers 404' in fail.message
    assert 'service="registry.example.com"' in fail.evidence[0].quote
    assert "service: container_registry" in fail.remedy[Dialect.PLAIN].commands[0]


@pytest.mark.parametrize(
    ("service", "realm", "status", "body"),
    [
        ("x", REALM, 404, b"<html><hr><center>nginx</center></html>"),
        ("x", REALM, 403, b""),
        ("x", ELSEWHERE, 404, b""),
        ("container_registry", REALM, 404, b""),
    ],
    ids=["another's page", "refused", "another service", "the right name"],
)
def test_another_refusal_tells_nothing_of_the_name(
    given: Given, service: str, realm: str, status: int, body: bytes
) -> None:
    trials = tried(given, service, realm, given.exchange(realm, status, given.html, body=body))

    assert "audience" in given.unknown(service_mismatch, config=given.no_such, trials=trials)


@pytest.mark.parametrize("audience", [("container_registry",), ("one", "two"), ("Registry.example.com",)])
def test_a_token_for_another_that_is_refused_is_a_finding_with_both_values(
    given: Given, audience: tuple[str, ...]
) -> None:
    trials = tried(given, "registry.example.com", ELSEWHERE, None, *audience)

    fail = given.fail(service_mismatch, config=given.no_such, trials=trials)

    assert '"registry.example.com"' in fail.message
    assert f'"{" ".join(audience)}"' in fail.message
    assert len(fail.evidence) == 3


@pytest.mark.parametrize("audience", ["x; rm -rf ~", "two\nlines", "a" * 5000, ""])
def test_what_a_server_wrote_into_the_token_stands_in_no_command(given: Given, audience: str) -> None:
    trials = tried(given, "registry.example.com", ELSEWHERE, None, audience)

    fail = given.fail(service_mismatch, config=given.no_such, trials=trials)

    assert not fail.remedy[Dialect.PLAIN].commands
    assert len(fail.message) < 300


@pytest.mark.parametrize("audience", [("registry.example.com",), ("one", "registry.example.com")])
def test_a_token_for_the_service_passes_whether_it_is_refused_or_not(given: Given, audience: tuple[str, ...]) -> None:
    trials = tried(given, "registry.example.com", ELSEWHERE, None, *audience)

    assert given.passes(service_mismatch, config=given.no_such, trials=trials)
    elsewhere = given.config(config("registry.example.com", realm=ELSEWHERE))
    assert given.passes(service_mismatch, config=elsewhere, trials=trials)


def test_a_token_for_another_that_is_accepted_all_the_same_passes(given: Given) -> None:
    trials = tried(given, "registry.example.com", ELSEWHERE, None, "other", status=200)

    assert "is accepted" in given.passes(service_mismatch, config=given.no_such, trials=trials)


def test_a_token_that_cannot_be_read_and_is_accepted_passes(given: Given) -> None:
    (trial,) = tried(given, "registry.example.com", ELSEWHERE, None, "other", status=200).trials
    trials = TokenTrials((replace(trial, token=None),), given.public_url, ELSEWHERE, "registry.example.com")

    assert "is accepted" in given.passes(service_mismatch, config=given.no_such, trials=trials)


@pytest.mark.parametrize("audience", [("*@*",), ("other",), ("one", "two")])
def test_a_token_that_is_not_called_invalid_was_not_refused_for_its_audience(
    given: Given, audience: tuple[str, ...]
) -> None:
    # As Artifactory answers, whose tokens are for *@*, where a proxy takes the token away.
    trials = tried(given, "registry.example.com", ELSEWHERE, None, *audience, error="")

    assert "not called invalid" in given.unknown(service_mismatch, config=given.no_such, trials=trials)


def test_a_token_that_some_take_is_not_refused_for_its_audience(given: Given) -> None:
    (trial,) = tried(given, "registry.example.com", ELSEWHERE, None, "other").trials
    taken = given.exchange(f"{given.public_url}/v2/", 200)
    trials = TokenTrials((replace(trial, repeats=(taken,)),), given.public_url, ELSEWHERE, "registry.example.com")

    given.skips(service_mismatch, config=given.no_such, trials=trials)


def test_404_to_the_oauth2_form_tells_nothing_of_the_name(given: Given) -> None:
    posted = given.exchange(REALM, 404, given.html, body=GITLABS_PAGE, method="POST")
    trials = tried(given, "registry.example.com", REALM, posted)
    given.unknown(service_mismatch, config=given.no_such, trials=trials)

    by_get = replace(trials.trials[0], by_get=given.exchange(REALM, 404))
    asked_again = TokenTrials((by_get,), given.public_url, REALM, "registry.example.com")
    fail = given.fail(service_mismatch, config=given.no_such, trials=asked_again)
    assert fail.evidence[-1].quote.startswith("GET ")


def test_the_line_of_the_configuration_is_proven_by_the_answer(given: Given) -> None:
    trials = tried(given, "registry.example.com", REALM, given.exchange(REALM, 404))

    fail = given.fail(service_mismatch, config=given.config(config("registry.example.com")), trials=trials)

    assert fail.evidence[0].line == 5
    assert "404" in fail.evidence[-1].quote


def test_without_a_service_in_the_challenge_there_is_nothing_to_compare(given: Given) -> None:
    given.skips(service_mismatch, config=given.no_such, trials=tried(given, "", ELSEWHERE, None, "other"))


def test_where_neither_could_be_looked_at_the_reason_is_told(given: Given) -> None:
    assert given.unknown(service_mismatch) == given.not_here.reason
    assert given.unknown(service_mismatch, config=given.no_such) == given.not_here.reason
    assert given.skips(service_mismatch, config=given.no_such, trials=given.no_such) == given.no_such.reason


def test_traffic_shows_a_token_for_another_audience() -> None:
    seen = Traffic()
    seen.sent_away()
    seen.given(jwt_of(audience=("elsewhere",)))
    seen.invalid()

    assert {"service_mismatch", "login_unauthorized"} == seen.names()


def test_in_traffic_a_registry_that_takes_any_audience_is_healthy() -> None:
    seen = Traffic()
    seen.sent_away()
    seen.given(jwt_of(audience=("elsewhere",)))
    seen.ask("GET /v2/", 200)

    assert seen.findings() == []
