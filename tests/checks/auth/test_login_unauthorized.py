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
from tests.evidence.token_traffic import JSON, START, Traffic, body, challenge, jwt_of, may

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


DENIED = b'{"errors":[{"code":"DENIED","message":"access forbidden"}]}'


def _realm(*, login: bool, status: int = 200, body: bytes = DENIED) -> Exchange:
    headers = (("Authorization", Secret("Basic dXNlcjpwYXNzd29yZA==", "credentials")),) if login else ()
    return Exchange("GET", REALM, request_headers=headers, status=status, body=body)


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


@pytest.mark.parametrize(
    ("status", "body"),
    [(401, b""), (401, b"Auth failed."), (401, b'{"details":"incorrect username or password"}'), (403, DENIED)],
)
def test_a_refusal_in_a_token_services_own_words_is_one_of_the_login(given: Given, status: int, body: bytes) -> None:
    trial = Trial(f"from {REALM} for user", True, _realm(login=True, status=status, body=body), None, None)
    fail = given.fail(login_unauthorized, trials=TokenTrials((trial,)))
    assert fail.message.startswith("The token service refuses the login")


@pytest.mark.parametrize(
    ("status", "body"),
    [(403, b"Forbidden\n"), (403, b""), (403, b"<html>no</html>"), (403, b'{"message":"Forbidden"}'), (429, b"later")],
)
def test_a_firewall_or_a_ban_says_nothing_of_the_password(given: Given, status: int, body: bytes) -> None:
    trial = Trial(f"from {REALM} for user", True, _realm(login=True, status=status, body=body), None, None)
    assert "a ban after failed logins" in given.unknown(login_unauthorized, trials=TokenTrials((trial,)))


def test_a_proxy_that_refuses_the_login_is_named(given: Given) -> None:
    page = b"<html><body><center><h1>401</h1></center><hr><center>nginx</center></body></html>"
    trial = Trial(f"from {REALM} for user", True, _realm(login=True, status=401, body=page), None, None)
    fail = given.fail(login_unauthorized, trials=TokenTrials((trial,)))
    assert fail.message.startswith("nginx, before the token service, refuses the login")


@pytest.mark.parametrize(
    ("by_get", "found"),
    [((200, b'{"token":"x"}'), True), ((401, b""), True), ((403, DENIED), True), ((404, b""), False), (None, False)],
)
def test_an_identity_token_for_a_service_without_the_form_is_stored_anew(
    given: Given, by_get: tuple[int, bytes] | None, found: bool
) -> None:
    posted = Exchange("POST", REALM, status=404, body=b"<html>no such page</html>")
    asked = Exchange("GET", REALM, status=by_get[0], body=by_get[1]) if by_get else None
    trial = Trial(f"from {REALM} with the identity token", True, posted, None, None, by_get=asked)
    trials = TokenTrials((trial,), "https://registry.example.com", REALM, "s")
    secret = Secret("some identity token", "password")
    login = Login("", secret, "/root/.docker/config.json", is_identity_token=True)
    source = TokenSource(True, trials.registry, REALM, "s", login=login)
    if not found:
        given.unknown(login_unauthorized, trials=trials, source=source)
        return
    fail = given.fail(login_unauthorized, trials=trials, source=source)
    assert "knows no OAuth2 form" in fail.message
    assert "Log in again" in fail.remedy[Dialect.PLAIN].text
    assert fail.remedy[Dialect.PLAIN].commands[-1] == "docker login registry.example.com"


@pytest.mark.parametrize("status", [400, 403])
def test_a_registry_that_refuses_with_another_status_than_401_is_told_with_its_words(given: Given, status: int) -> None:
    """ECR Public answers 400 to a token that is no good."""
    ping = given.exchange(f"{given.public_url}/v2/", status, given.json, body=DENIED)
    trial = Trial("from x for user", True, _realm(login=True), None, ping)
    fail = given.fail(login_unauthorized, trials=TokenTrials((trial,)))
    assert f'{status}, "DENIED: access forbidden"' in fail.message
    anonymous = replace(trial, realm=_realm(login=False))
    assert str(status) in given.unknown(login_unauthorized, trials=TokenTrials((anonymous,)))
    page = replace(trial, ping=given.exchange(f"{given.public_url}/v2/", status, given.html, body=b"<html></html>"))
    assert str(status) in given.unknown(login_unauthorized, trials=TokenTrials((page,)))


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
    called = TokenTrials((replace(_issued(given, 401, INVALID), token=listed),))
    of_2 = given.fail(login_unauthorized, trials=called, product=given.product(Generation.DISTRIBUTION_2))
    assert "most likely" not in of_2.message
    of_3 = given.fail(login_unauthorized, trials=called, product=given.product(Generation.DISTRIBUTION_3, 3))
    assert "its aud is a list" not in of_3.message
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
    assert "`token signed by untrusted key with ID` alone or `error verifying that signing key is trusted`" in text
    assert "\n`token from untrusted issuer`: it does not trust its issuer.\n" in text
    assert str(kid) not in text
    assert "sudo regdoctor check auth" in fail.remedy[Dialect.PLAIN].commands
    assert any("container_registry" in quote.quote and "not the cause" in quote.quote for quote in fail.evidence)


def test_the_log_is_looked_for_where_the_registry_of_this_issuer_keeps_it(given: Given) -> None:
    trials = TokenTrials((_issued(given, 401, INVALID),), service="container_registry")
    outside = given.fail(login_unauthorized, trials=trials).remedy[Dialect.PLAIN].commands
    assert "/var/log/gitlab/registry/current" in outside[0]
    found = given.installation(Dialect.PLAIN)
    on_the_host = given.fail(login_unauthorized, trials=trials, installation=found).remedy[Dialect.PLAIN].commands
    assert "journalctl -u docker-registry" in on_the_host[0]


def _other_token(given: Given, **changes: object) -> TokenTrials:
    token = replace(_token(given), **changes)  # type: ignore[arg-type]
    return TokenTrials((replace(_issued(given, 401, INVALID), token=token),), service="container_registry")


@pytest.mark.parametrize("algorithm", ["none", "HS256", ""])
@pytest.mark.parametrize("generation", [None, *Generation])
def test_an_alg_that_no_registry_verifies_is_the_one_cause(
    given: Given, algorithm: str, generation: Generation | None
) -> None:
    # Whatever else is wrong with it: this one is refused by all.
    trials = _other_token(given, algorithm=algorithm, kid=None, audience_is_list=True)
    fail = given.fail(login_unauthorized, trials=trials, product=given.product(generation))
    assert fail.failure_modes == ("AUTH-24",)
    assert f'its alg is "{algorithm}"' in fail.message or "it has no alg" in fail.message
    assert "most likely" not in fail.message
    assert "RS256" in fail.remedy[Dialect.PLAIN].text
    assert any(f"alg {algorithm or 'missing'}, no kid" in quote.quote for quote in fail.evidence)


def test_a_header_without_any_key_does_not_accuse_the_key(given: Given) -> None:
    fail = given.fail(login_unauthorized, trials=_other_token(given, kid=None))
    assert fail.message.endswith(": its header names no key: it has no kid, x5c or jwk")
    assert fail.failure_modes == ("AUTH-04",)


def test_a_name_that_is_no_keys_comes_alone(given: Given) -> None:
    fail = given.fail(login_unauthorized, trials=_other_token(given, kid="my-key"))
    assert fail.message.endswith(': most likely the registry knows no key by that name, kid "my-key"')


@pytest.mark.parametrize(
    ("date", "modes"), [("22:13:20", ("AUTH-01", "AUTH-05", "AUTH-02")), ("23:59:59", ("AUTH-08",))]
)
def test_a_token_that_came_too_late_does_not_accuse_the_key(given: Given, date: str, modes: tuple[str, ...]) -> None:
    trial = _issued(given, 401, INVALID, ("Date", f"Tue, 14 Nov 2023 {date} GMT"))
    fail = given.fail(login_unauthorized, trials=TokenTrials((trial,), service="container_registry"))
    assert fail.failure_modes == modes
    assert ("does not trust" in fail.message) is (len(modes) > 1)
    # What some answers take is in time, whatever their Date says.
    taken = replace(trial, repeats=(given.exchange(f"{given.public_url}/v2/"),))
    mixed = given.fail(login_unauthorized, trials=TokenTrials((taken,), service="container_registry"))
    assert mixed.failure_modes != ("AUTH-08",)


def test_an_audience_that_is_a_list_is_shown_as_one(given: Given) -> None:
    fail = given.fail(login_unauthorized, trials=_other_token(given, audience_is_list=True))
    assert any('aud ["container_registry"]' in quote.quote for quote in fail.evidence)


def test_a_claim_of_any_length_stays_short(given: Given) -> None:
    fail = given.fail(login_unauthorized, trials=_other_token(given, issuer="x" * 100_000 + "\x1b"))
    assert all(len(quote.quote) < 1000 for quote in fail.evidence)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (DENIED, "DENIED: access forbidden"),
        (b'{"details":"incorrect username or password"}', "incorrect username or password"),
        (b'{"error":"invalid_grant","error_description":"no such user"}', "no such user"),
        (b"Auth failed.", ""),
    ],
)
def test_the_token_services_own_words_are_quoted(given: Given, body: bytes, told: str) -> None:
    trial = Trial(f"from {REALM} for user", True, _realm(login=True, status=401, body=body), None, None)
    fail = given.fail(login_unauthorized, trials=TokenTrials((trial,)))
    assert fail.message.endswith(f'; "{told}"') is bool(told)
    assert (told in [quote.quote for quote in fail.evidence]) is bool(told)


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


def test_traffic_shows_a_fresh_token_that_is_refused_with_what_it_can_mean() -> None:
    seen = Traffic()
    seen.sent_away()
    seen.given(jwt_of())
    seen.invalid()

    fail = seen.only("login_unauthorized").fail
    assert "does not trust its key" in fail.message
    assert fail.resource == "https://registry.example.com/v2/"


def test_traffic_of_a_login_whose_token_gets_the_plain_challenge_names_the_header_that_is_lost() -> None:
    seen = Traffic()
    seen.sent_away()
    seen.given(jwt_of())
    seen.ask("GET /v2/", 401, challenge(), JSON, content=body("UNAUTHORIZED"))

    assert "AUTH-21" in (seen.only("login_unauthorized").fail.failure_modes or ())


def test_traffic_of_a_client_that_renews_a_token_that_has_run_out_is_healthy() -> None:
    seen = Traffic()
    seen.sent_away()
    seen.given(jwt_of(may("a", "pull")), "repository:a:pull")
    seen.ask("GET /v2/a/manifests/x", 200)
    seen.now += 400
    seen.invalid("GET /v2/a/manifests/y")
    renewed = jwt_of(may("a", "pull"), expires=START + 800, issued=START + 400, not_before=START + 395)
    seen.given(renewed, "repository:a:pull", mark="c" * 12)
    seen.ask("GET /v2/a/manifests/y", 200)

    assert seen.findings() == []


def test_traffic_of_one_who_is_not_logged_in_at_harbor_is_healthy() -> None:
    seen = Traffic()
    seen.sent_away()
    seen.given(jwt_of(), login=False)
    seen.ask("GET /v2/", 401, challenge(), JSON, content=body("UNAUTHORIZED"))

    assert seen.findings() == []


def test_traffic_shows_a_gitlab_whose_registry_is_off() -> None:
    seen = Traffic()
    seen.sent_away()
    url = f"GET {REALM}?service=container_registry&scope=repository:a:pull"
    seen.ask(url, 404, JSON, content=body("UNAVAILABLE", "registry not enabled"))

    assert "not enabled" in seen.only("login_unauthorized").fail.message
