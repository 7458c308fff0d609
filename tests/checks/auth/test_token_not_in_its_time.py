"""A refused token is held against the time at which it was refused, and only what is certain is a finding."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail, Pass, Unknown
from regdoctor.checks.auth.token_not_in_its_time import token_not_in_its_time
from regdoctor.distribution.tokens import Token, read_token, sign_token
from regdoctor.evidence.clocks import Clocks, Reading
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.token_trials import TokenTrials, Trial
from regdoctor.redaction import Secret
from tests.evidence.token_traffic import REGISTRY, START, Traffic, jwt_of

if TYPE_CHECKING:
    from tests.checks.conftest import Given

REALM = "https://gitlab.example.com/jwt/auth"
INVALID = ("WWW-Authenticate", f'Bearer realm="{REALM}",service="s",error="invalid_token"')
NOW = 1_700_000_000
LOGIN = (("Authorization", Secret("Basic dXNlcjpwYXNzd29yZA==", "credentials")),)


@pytest.fixture
def token(given: Given) -> Token:
    """nbf is 5 s before NOW, iat NOW, exp 300 s after it."""
    signed = sign_token(given.rsa(1), issuer="i", audience="s", subject="u", access=(), now=NOW)
    return read_token(signed.reveal())


def _answer(given: Given, ahead: float, *headers: tuple[str, str], status: int = 401) -> Exchange:
    """The registry's, at NOW by this machine's clock and `ahead` by the Date in it."""
    dated = given.date(f"{given.public_url}/v2/", ahead, INVALID, *headers)
    return replace(dated, status=status)


def _trial(given: Given, token: Token | None, ahead: float, realm_ahead: float = 0.0, **more: object) -> TokenTrials:
    realm = replace(given.date(REALM, realm_ahead), status=200, request_headers=LOGIN)
    trial = Trial(f"from {REALM} for user", True, realm, token, _answer(given, ahead))
    return TokenTrials((replace(trial, **more),), given.public_url, REALM, "s")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ahead", "kind"),
    # It is good from 65 s before NOW until 360 s after it; the Date is known to a second.
    [
        *((0, Pass), (-65, Pass), (-66, Unknown), (-67, Fail), (-3600, Fail)),
        *((359, Pass), (360, Unknown), (361, Fail), (3600, Fail)),
    ],
)
def test_the_limits_hold_with_the_uncertainty(given: Given, token: Token, ahead: float, kind: type) -> None:
    outcome = given.outcome(token_not_in_its_time, trials=_trial(given, token, ahead))
    assert isinstance(outcome, kind), outcome


def test_a_token_too_early_is_told_with_whose_time_it_was(given: Given, token: Token) -> None:
    fail = given.fail(token_not_in_its_time, trials=_trial(given, token, -600))
    assert fail.message == (
        f"The registry refuses a token from {REALM} for user: it is good only 594 s after the time of its answer "
        "(a proxy before it may have written that) (nbf 2023-11-14T22:13:15Z)"
    )
    assert fail.resource == REALM
    assert "timedatectl status" in fail.remedy[Dialect.PLAIN].commands
    assert any("Date: Tue, 14 Nov 2023 22:03:20 GMT" in quote.quote for quote in fail.evidence)


def test_the_registrys_own_clock_counts_more_than_a_date_that_a_proxy_wrote(given: Given, token: Token) -> None:
    for registry, proxy in ((600, 0), (0, 600)):
        reading = Reading.of("registry", given.date(f"{given.inner_url}/v2/", registry), direct=True)
        outcome = given.outcome(
            token_not_in_its_time, trials=_trial(given, token, proxy), clocks=Clocks(reading, None, None)
        )
        if registry:
            assert isinstance(outcome, Fail)
            assert "it expired 300 s before the registry's time" in outcome.message
        else:
            assert isinstance(outcome, Pass)


def test_a_reading_through_a_proxy_is_no_better_than_the_answer(given: Given, token: Token) -> None:
    reading = Reading.of("registry", given.date(f"{given.public_url}/v2/", 0))
    given.fail(token_not_in_its_time, trials=_trial(given, token, 3600), clocks=Clocks(reading, None, None))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"expires": None}, "it has no exp, which registries read as 1970"),
        ({"expires": NOW - 3600.0}, "its exp is 3600 s before it was issued, so it has expired at birth"),
        ({"not_before": NOW * 1000.0}, "as if written in milliseconds"),
    ],
)
def test_times_that_no_clock_accounts_for_are_the_token_services_fault(
    given: Given, token: Token, changes: dict[str, float | None], told: str
) -> None:
    fail = given.fail(token_not_in_its_time, trials=_trial(given, replace(token, **changes), 0))  # type: ignore[arg-type]
    assert told in fail.message
    assert "timedatectl status" not in fail.remedy[Dialect.PLAIN].commands
    assert "Correct the token service" in fail.remedy[Dialect.PLAIN].text


@pytest.mark.parametrize(("realm_ahead", "other"), [(0, False), (-3600, True)])
def test_a_token_service_that_writes_another_time_than_its_own_date_is_told_apart(
    given: Given, token: Token, realm_ahead: float, other: bool
) -> None:
    fail = given.fail(token_not_in_its_time, trials=_trial(given, token, -3600, realm_ahead))
    assert ("own answer has another Date" in fail.message) is other
    assert ("timedatectl status" in fail.remedy[Dialect.PLAIN].commands) is not other


def test_without_a_date_that_can_be_trusted_it_is_unknown(given: Given, token: Token) -> None:
    cached = _answer(given, 3600, ("Age", "7"))
    assert "no Date that can be trusted" in given.unknown(
        token_not_in_its_time, trials=_trial(given, token, 0, ping=cached)
    )
    bare = given.exchange(f"{given.public_url}/v2/", 401, INVALID)
    given.unknown(token_not_in_its_time, trials=_trial(given, token, 0, ping=bare))


@pytest.mark.parametrize(("endless", "ahead"), [(False, 3600), (True, 0)])
def test_a_token_that_is_not_called_invalid_may_have_been_refused_for_another_reason(
    given: Given, token: Token, endless: bool, ahead: float
) -> None:
    # As Artifactory answers, whose tokens may have no exp, where a proxy takes the token away.
    plain = replace(given.date(f"{given.public_url}/v2/", ahead), status=401)
    shown = replace(token, expires=None) if endless else token
    trials = _trial(given, shown, ahead, ping=plain)
    assert "does not call it invalid" in given.unknown(token_not_in_its_time, trials=trials)


def test_where_only_some_answers_refuse_it_another_check_judges(given: Given, token: Token) -> None:
    taken = _answer(given, 3600, status=200)
    given.skips(token_not_in_its_time, trials=_trial(given, token, 3600, repeats=(taken,)))


def test_what_was_not_refused_is_no_concern(given: Given, token: Token) -> None:
    accepted = _answer(given, 3600, status=200)
    assert "is accepted" in given.passes(token_not_in_its_time, trials=_trial(given, token, 0, ping=accepted))
    given.skips(token_not_in_its_time, trials=TokenTrials(()))
    given.skips(token_not_in_its_time, trials=_trial(given, None, 3600))
    # What is signed here has the registry's own time.
    given.skips(token_not_in_its_time, trials=_trial(given, token, 3600, issued_by_gitlab=False))


def test_traffic_shows_a_registry_whose_clock_is_behind() -> None:
    seen = Traffic(ahead={REGISTRY: -600.0})
    seen.sent_away()
    seen.given(jwt_of())
    seen.invalid()

    assert {"token_not_in_its_time", "token_clock_skew"} == seen.names()


def test_traffic_shows_a_token_that_has_expired_at_birth() -> None:
    seen = Traffic()
    seen.sent_away()
    seen.given(jwt_of(expires=START - 3600))
    seen.invalid()

    assert "expired at birth" in seen.only("token_not_in_its_time").fail.message


def test_traffic_of_a_clock_within_the_leeway_is_healthy() -> None:
    seen = Traffic(ahead={REGISTRY: -50.0})
    seen.sent_away()
    seen.given(jwt_of())
    seen.ask("GET /v2/", 200)

    assert seen.findings() == []
