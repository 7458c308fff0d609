"""A token that was issued for the registry and is refused is a finding; what only looks like it is not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.auth.login_unauthorized import login_unauthorized
from regdoctor.distribution.tokens import Token, read_token, sign_token
from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.evidence.product import Generation
from regdoctor.evidence.proxied_answers import ProxiedAnswers
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.token_trials import TokenTrials, Trial
from regdoctor.redaction import Secret
from regdoctor.target import Login

if TYPE_CHECKING:
    from tests.checks.conftest import Given

REALM = "https://gitlab.example.com/jwt/auth"
INVALID = ("WWW-Authenticate", f'Bearer realm="{REALM}",service="s",error="invalid_token"')
PLAIN = ("WWW-Authenticate", f'Bearer realm="{REALM}",service="s"')


def _token(given: Given, issuer: str = "omnibus-gitlab-issuer") -> Token:
    signed = sign_token(
        given.rsa(1), issuer=issuer, audience="container_registry", subject="u", access=(), now=1_700_000_000
    )
    return read_token(signed.reveal())


def _realm(*, login: bool, status: int = 200) -> Exchange:
    headers = (("Authorization", Secret("Basic dXNlcjpwYXNzd29yZA==", "credentials")),) if login else ()
    return Exchange("GET", REALM, request_headers=headers, status=status)


def _issued(given: Given, status: int, *headers: tuple[str, str], login: bool = True) -> Trial:
    ping = given.exchange(f"{given.public_url}/v2/", status, *headers)
    how = f"from {REALM} " + ("for user" if login else "without a login")
    return Trial(how, True, _realm(login=login), _token(given), ping)


def _signed(given: Given, status: int, issuer: str = "omnibus-gitlab-issuer") -> Trial:
    ping = given.exchange(f"{given.public_url}/v2/", status, PLAIN)
    return Trial("signed with /k, as GitLab signs its own", False, None, _token(given, issuer), ping)


def test_a_refused_token_is_a_finding_with_its_claims(given: Given) -> None:
    trials = TokenTrials((_issued(given, 401, INVALID),))
    fail = given.fail(login_unauthorized, trials=trials)
    text = " ".join(quote.quote for quote in fail.evidence)
    assert "for user" in fail.message
    assert "iss omnibus-gitlab-issuer" in text
    assert "aud container_registry" in text
    assert "nbf 2023-11-14T22:13:15Z" in text
    assert 'error="invalid_token"' in text
    assert fail.resource == f"{given.public_url}/v2/"
    assert "docker compose logs registry" in fail.remedy[Dialect.COMPOSE].commands[0]


def test_a_refusal_after_a_login_needs_no_reason(given: Given) -> None:
    # Distribution 3 does not say invalid_token for a wrong signature.
    given.fail(login_unauthorized, trials=TokenTrials((_issued(given, 401, PLAIN),)))


def test_a_token_signed_with_gitlabs_key_that_is_refused_is_a_finding(given: Given) -> None:
    given.fail(login_unauthorized, trials=TokenTrials((_signed(given, 401),)))


def test_an_anonymous_token_may_get_401_from_a_healthy_harbor(given: Given) -> None:
    trials = TokenTrials((_issued(given, 401, PLAIN, login=False),))
    assert "--username" in given.unknown(login_unauthorized, trials=trials)


def test_an_anonymous_token_that_is_called_invalid_is_a_finding(given: Given) -> None:
    given.fail(login_unauthorized, trials=TokenTrials((_issued(given, 401, INVALID, login=False),)))


def test_a_token_of_ours_without_the_issuer_proves_nothing(given: Given) -> None:
    reason = given.unknown(login_unauthorized, trials=TokenTrials((_signed(given, 401, issuer=""),)))
    assert "issuer" in reason


def test_an_accepted_token_passes(given: Given) -> None:
    assert given.passes(login_unauthorized, trials=TokenTrials((_issued(given, 200),)))


def test_an_accepted_token_of_ours_does_not_vouch_for_gitlabs(given: Given) -> None:
    refusing = Trial(f"from {REALM} for user", True, _realm(login=True, status=500), None, None)
    reason = given.unknown(login_unauthorized, trials=TokenTrials((refusing, _signed(given, 200))))
    assert "is accepted, but no token could be had" in reason


def test_a_token_service_that_refuses_the_login_is_a_finding_of_its_own(given: Given) -> None:
    wrong_password = Trial(f"from {REALM} for user", True, _realm(login=True, status=403), None, None)
    fail = given.fail(login_unauthorized, trials=TokenTrials((wrong_password,)))
    assert fail.failure_modes == ("AUTH-18",)
    assert "refuses the login" in fail.message
    assert "403" in fail.evidence[0].quote
    assert not any("dXNlcj" in quote.quote for quote in fail.evidence)


@pytest.mark.parametrize(("login", "status"), [(True, 500), (True, 404), (False, 403)])
def test_a_token_service_that_gives_none_for_another_reason_leaves_it_unknown(
    given: Given, login: bool, status: int
) -> None:
    trial = Trial(f"from {REALM}", True, _realm(login=login, status=status), None, None)
    assert str(status) in given.unknown(login_unauthorized, trials=TokenTrials((trial,)))


def test_what_is_neither_yes_nor_no_leaves_it_unknown(given: Given) -> None:
    assert "503" in given.unknown(login_unauthorized, trials=TokenTrials((_issued(given, 503),)))
    broken = given.exchange(f"{given.public_url}/v2/", fails=(FailureKind.TIMEOUT, "no answer"))
    trial = Trial("from x", True, _realm(login=True), None, broken)
    assert "no answer" in given.unknown(login_unauthorized, trials=TokenTrials((trial,)))
    given.unknown(login_unauthorized, trials=TokenTrials(()))


def test_an_audience_that_is_a_list_is_named_where_the_token_is_called_invalid(given: Given) -> None:
    listed = replace(_token(given), audience_is_list=True)
    fail = given.fail(login_unauthorized, trials=TokenTrials((replace(_issued(given, 401, INVALID), token=listed),)))
    assert "its aud is a list" in fail.message
    assert fail.failure_modes == ("AUTH-07",)
    other = TokenTrials((replace(_issued(given, 401, PLAIN), token=listed),))
    assert "its aud is a list" not in given.fail(login_unauthorized, trials=other).message
    assert given.passes(login_unauthorized, trials=TokenTrials((replace(_issued(given, 200), token=listed),)))


def test_a_registry_that_gitlab_has_switched_off_is_named(given: Given) -> None:
    body = b'{"errors":[{"code":"UNAVAILABLE","message":"registry not enabled"}]}'
    trial = Trial(f"from {REALM} for user", True, replace(_realm(login=True, status=404), body=body), None, None)
    fail = given.fail(login_unauthorized, trials=TokenTrials((trial,)))
    assert "its registry is not enabled" in fail.message
    assert fail.failure_modes == ("AUTH-18",)


def test_without_a_narrower_cause_the_likeliest_are_ranked_and_the_log_lines_tell_them_apart(given: Given) -> None:
    trials = TokenTrials((_issued(given, 401, INVALID),), service="container_registry")
    fail = given.fail(login_unauthorized, trials=trials)
    kid = trials.trials[0].token.kid if trials.trials[0].token else ""
    assert (
        f'most likely the registry does not trust its key, kid "{kid}", or it does not trust its issuer' in fail.message
    )
    assert fail.failure_modes == ("AUTH-01", "AUTH-05", "AUTH-02")
    text = fail.remedy[Dialect.PLAIN].text
    assert f'`token signed by untrusted key with ID: "{kid}"` where the registry does not trust its key' in text
    assert '`token from untrusted issuer: "omnibus-gitlab-issuer"`' in text
    assert "sudo regdoctor check auth" in fail.remedy[Dialect.PLAIN].commands
    assert any("container_registry" in quote.quote and "not the cause" in quote.quote for quote in fail.evidence)


def test_a_known_product_leaves_fewer(given: Given) -> None:
    trials = TokenTrials((_issued(given, 401, INVALID),), service="container_registry")
    fail = given.fail(login_unauthorized, trials=trials, product=given.product(Generation.GITLAB))
    assert fail.failure_modes == ("AUTH-01", "AUTH-05")
    assert "`error verifying that signing key is trusted`" in fail.remedy[Dialect.PLAIN].text


def test_an_audience_that_is_another_is_the_one_cause(given: Given) -> None:
    trials = TokenTrials((_issued(given, 401, INVALID),), service="registry.example.com")
    fail = given.fail(login_unauthorized, trials=trials)
    assert 'it is made for "container_registry", and the registry is "registry.example.com"' in fail.message
    assert fail.failure_modes == ("AUTH-06",)


@pytest.mark.parametrize(("challenge", "mode"), [(INVALID, "AUTH-22"), (PLAIN, "AUTH-21")])
def test_what_the_same_address_says_of_no_token_tells_a_lost_header_from_a_wrong_signature(
    given: Given, challenge: tuple[str, str], mode: str
) -> None:
    bogus = given.exchange(f"{given.public_url}/v2/", 401, challenge)
    answers = ProxiedAnswers(given.asks(), {}, bogus, bogus, bogus, bogus)
    trials = TokenTrials((_issued(given, 401, PLAIN),))
    assert given.fail(login_unauthorized, trials=trials, answers=answers).failure_modes == (mode,)


def test_a_stored_login_that_is_denied_is_stored_anew(given: Given) -> None:
    denied = Trial(f"from {REALM} for user", True, _realm(login=True, status=403), None, None)
    trials = TokenTrials((denied,), "https://registry.example.com:5050", REALM, "s")
    for origin, commands in (
        (
            "/root/.docker/config.json",
            ("docker logout registry.example.com:5050", "docker login registry.example.com:5050"),
        ),
        ("", ()),
    ):
        login = Login("user", Secret("some password", "password"), origin)
        source = TokenSource(True, trials.registry, REALM, "s", login=login)
        remedy = given.fail(login_unauthorized, trials=trials, source=source).remedy[Dialect.PLAIN]
        assert remedy.commands == commands
        assert (origin in remedy.text) is True


def test_a_registry_of_a_strange_name_gets_no_command(given: Given) -> None:
    denied = Trial(f"from {REALM} for user", True, _realm(login=True, status=403), None, None)
    login = Login("user", Secret("some password", "password"), "a file")
    trials = TokenTrials((denied,), "https://x;reboot", REALM, "s")
    source = TokenSource(True, trials.registry, REALM, "s", login=login)
    assert given.fail(login_unauthorized, trials=trials, source=source).remedy[Dialect.PLAIN].commands == ()
