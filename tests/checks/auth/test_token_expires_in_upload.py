"""A token that ends before the layer is up is a finding; without a size, or a speed, it is none."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from regdoctor.check import Dialect, Fail, Quote
from regdoctor.checks.auth.token_expires_in_upload import token_expires_in_upload
from regdoctor.distribution.tokens import Token, read_token, sign_token
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.token_trials import TokenTrials, Trial
from regdoctor.evidence.upload_limit import TimedBody, UploadLimit
from regdoctor.injection import Absent
from tests.evidence.token_traffic import START, Traffic, jwt_of, may

if TYPE_CHECKING:
    from tests.checks.conftest import Given

MIB = 1 << 20
AT = Endpoint("https://r.example.com", Quote("", ""))
NOT_ALLOWED = Absent("not tried without --allow-writes", applicable=False)


def _token(given: Given) -> Token:
    signed = sign_token(given.rsa(1), issuer="i", audience="s", subject="u", access=(), now=1_700_000_000)
    return read_token(signed.reveal())


def _trials(token: Token | None, **answer: Any) -> TokenTrials:
    url = "https://gitlab.example.com/jwt/auth?service=s"
    realm = Exchange("GET", url, status=200, body=json.dumps(answer).encode())
    return TokenTrials((Trial("from the realm for bob", True, realm, token, None),), "https://r.example.com")


def _upload(layer: int | None = None, seconds: float = 8.0) -> UploadLimit:
    """8 MiB went up in so many seconds."""
    return UploadLimit(AT, 8 * MIB, 8 * MIB, timed=(TimedBody(8 * MIB, seconds),), layer_size=layer)


def test_a_layer_that_takes_longer_than_a_token_lives_is_a_finding_with_both_times(given: Given) -> None:
    fail = given.fail(token_expires_in_upload, trials=_trials(_token(given)), upload=_upload(2_000_000_000))
    assert fail.message == (
        "A layer of 2.0 GB takes 32 min at the measured 1.0 MB/s, and tokens live 5 min: the token expires during the "
        "upload"
    )
    assert fail.resource == "https://gitlab.example.com/jwt/auth"
    assert "8,388,608 bytes went up in 8.00 s" in fail.evidence[0].quote
    assert "40 minutes" in fail.remedy[Dialect.PLAIN].text
    assert "expire_delay: 40)" in fail.remedy[Dialect.OMNIBUS].commands[0]


@pytest.mark.parametrize("seconds_of_the_layer", [60, 300, 359])
def test_a_layer_that_is_up_in_time_or_within_the_leeway_passes(given: Given, seconds_of_the_layer: int) -> None:
    upload = _upload(seconds_of_the_layer * MIB)
    assert "takes" in given.passes(token_expires_in_upload, trials=_trials(_token(given)), upload=upload)


def test_one_that_is_beyond_the_leeway_does_not(given: Given) -> None:
    given.fail(token_expires_in_upload, trials=_trials(_token(given)), upload=_upload(361 * MIB))


def test_without_a_size_the_one_that_takes_as_long_is_told(given: Given) -> None:
    told = given.passes(token_expires_in_upload, trials=_trials(_token(given)), upload=_upload())
    assert told == "tokens live 5 min; at 1.0 MB/s a layer of 314.6 MB takes as long"


def test_without_a_measurement_the_options_that_measure_are_named(given: Given) -> None:
    skipped = given.skips(token_expires_in_upload, trials=_trials(_token(given)), upload=NOT_ALLOWED)
    assert "tokens live 5 min" in skipped
    assert "--allow-writes" in skipped
    assert "--layer-size" in skipped
    failed = Absent("no upload could be started")
    assert "no upload" in given.unknown(token_expires_in_upload, trials=_trials(_token(given)), upload=failed)


def test_a_body_too_small_to_time_leaves_it_unknown(given: Given) -> None:
    small = UploadLimit(AT, MIB, MIB, timed=(TimedBody(MIB, 9.0),), layer_size=10**12)
    assert "1,048,576 bytes" in given.unknown(token_expires_in_upload, trials=_trials(_token(given)), upload=small)


def test_the_life_is_what_the_token_service_says_where_the_token_cannot_be_read(given: Given) -> None:
    told = given.passes(token_expires_in_upload, trials=_trials(None, expires_in=7200), upload=_upload())
    assert told.startswith("tokens live 2.0 h")


@pytest.mark.parametrize("said", [None, "300", True, 0, -5, 1e300, [], {"a": 1}])
def test_a_life_that_is_not_told_is_unknown(given: Given, said: object) -> None:
    assert "not told" in given.unknown(token_expires_in_upload, trials=_trials(None, expires_in=said), upload=_upload())


def test_an_accepted_token_of_a_life_that_nobody_tells_is_no_concern(given: Given) -> None:
    (trial,) = _trials(None).trials
    ping = given.exchange("https://r.example.com/v2/", 200)
    trials = TokenTrials((replace(trial, ping=ping),), "https://r.example.com")
    assert "accepted" in given.skips(token_expires_in_upload, trials=trials, upload=_upload())


@pytest.mark.parametrize(("expires", "issued"), [(1.0, 2.0), (5.0, 5.0), (1e14, 0.0)])
def test_a_token_of_an_impossible_life_is_unknown(given: Given, expires: float, issued: float) -> None:
    token = replace(_token(given), expires=expires, issued=issued)
    assert given.unknown(token_expires_in_upload, trials=_trials(token), upload=_upload())


def test_where_the_birth_is_missing_the_time_from_which_on_it_counts_is_taken(given: Given) -> None:
    token = replace(_token(given), issued=None)
    assert "5 min" in given.passes(token_expires_in_upload, trials=_trials(token), upload=_upload())
    nameless = replace(token, not_before=None)
    assert given.unknown(token_expires_in_upload, trials=_trials(nameless), upload=_upload())


@pytest.mark.parametrize(("said", "found"), [(300, 0), (360, 0), (361, 1), (3600, 1)])
def test_a_service_that_says_a_longer_life_than_its_tokens_have_is_a_finding(
    given: Given, said: int, found: int
) -> None:
    outcomes = given.outcomes(
        token_expires_in_upload, trials=_trials(_token(given), expires_in=said), upload=NOT_ALLOWED
    )
    fails = [outcome for outcome in outcomes if isinstance(outcome, Fail)]
    assert len(fails) == found
    assert all("and they live 5 min: clients go on with expired ones" in fail.message for fail in fails)


def test_without_a_token_service_it_does_not_apply(given: Given) -> None:
    signed = Trial("signed here", False, None, _token(given), None)
    assert given.skips(token_expires_in_upload, trials=TokenTrials((signed,)), upload=_upload())


def _uploaded(request: str, seconds: float, *, held: float = 0.0, **more: Any) -> Traffic:
    seen = Traffic()
    seen.sent_away()
    seen.given(jwt_of(may("a", "pull", "push")), "repository:a:pull,push")
    seen.now += held
    where = ("Location", "https://registry.example.com/v2/a/blobs/uploads/u1")
    seen.ask("POST /v2/a/blobs/uploads/", 202, where, ("Docker-Upload-UUID", "u1"))
    seen.invalid(f"{request} /v2/a/blobs/uploads/u1", seconds=seconds, **more)
    return seen


def test_traffic_shows_a_layer_that_outlives_its_token() -> None:
    fail = _uploaded("PATCH", 500.0, request_size=2_000_000_000).only("token_expires_in_upload").fail

    assert fail.message.startswith("An upload of 2.0 GB took 8 min, and tokens live 5 min")


def test_traffic_shows_an_upload_that_was_not_finished_for_its_token() -> None:
    assert _uploaded("PUT", 500.0).only("token_expires_in_upload").fail.resource.endswith("/jwt/auth")


def test_in_traffic_an_upload_that_a_new_token_finishes_is_healthy() -> None:
    seen = _uploaded("PUT", 500.0, request_size=0)
    seen.given(jwt_of(may("a", "push"), expires=START + 999), "repository:a:pull,push", mark="c" * 12)
    seen.ask("PUT /v2/a/blobs/uploads/u1?digest=sha256:0", 201)

    assert "token_expires_in_upload" not in seen.names()


def test_in_traffic_a_token_that_is_good_still_does_not_expire_in_the_upload() -> None:
    assert "token_expires_in_upload" not in _uploaded("PATCH", 30.0, request_size=9).names()
