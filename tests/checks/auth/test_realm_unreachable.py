"""A token service that cannot be asked is named with the failure; what answered at all is another check's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Quote, Severity
from regdoctor.checks.auth.realm_unreachable import realm_unreachable
from regdoctor.evidence.answers import PublicAnswer
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.served_tls import Distrust, ServedCertificate, ServedTls, TlsLooks
from regdoctor.evidence.token_trials import TokenTrials, Trial
from regdoctor.formats.pem import read_pem
from regdoctor.injection import Absent
from tests.checks.seen_in_traffic import seen
from tests.evidence.token_traffic import Traffic

if TYPE_CHECKING:
    from tests.checks.conftest import Given

REALM = "https://gitlab.example.com/jwt/auth"
ONLY_BY_TLS = b"<html>The plain HTTP request was sent to HTTPS port</html>"


def _trials(given: Given, answer: Exchange, realm: str = REALM, over_tls: Exchange | None = None) -> TokenTrials:
    trial = Trial(f"from {realm}", True, answer, None, None, over_tls=over_tls)
    return TokenTrials((trial,), given.public_url, realm, "container_registry")


def _public(given: Given) -> PublicAnswer:
    return given.public(given.asks())


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (FailureKind.NAME, "no such host"),
        (FailureKind.REFUSED, "connection refused"),
        (FailureKind.TIMEOUT, "Client.Timeout exceeded"),
        (FailureKind.RESET, "EOF"),
        (FailureKind.UNREACHABLE, "not reachable"),
        (FailureKind.PROTOCOL, "not HTTP"),
        (FailureKind.TLS, "TLS failed"),
    ],
)
def test_no_answer_is_a_finding_in_the_clients_words(given: Given, kind: FailureKind, said: str) -> None:
    trials = _trials(given, given.exchange(REALM, fails=(kind, f"gitlab.example.com:443: {kind.value}")))
    fail = given.fail(realm_unreachable, public=_public(given), trials=trials)
    assert said in fail.message
    assert kind.value in fail.message
    assert REALM in fail.evidence[0].quote
    assert fail.severity is None


def test_an_answer_that_is_only_slow_is_a_warning(given: Given) -> None:
    slow = replace(given.exchange(REALM, fails=(FailureKind.TIMEOUT, "still waiting")), peer="192.0.2.1:443")
    fail = given.fail(realm_unreachable, public=_public(given), trials=_trials(given, slow))
    assert fail.severity is Severity.WARNING
    assert "accepts the connection and does not answer" in fail.message
    assert "Compare" not in fail.remedy[Dialect.PLAIN].text
    assert "load" in fail.remedy[Dialect.PLAIN].text
    dripping = replace(slow, status=200)
    fail = given.fail(realm_unreachable, public=_public(given), trials=_trials(given, dripping))
    assert "accepts the connection and does not finish its answer" in fail.message


def test_a_realm_that_is_no_address_is_told_as_such(given: Given) -> None:
    realm = "http://gitlab.example.com/jwt\x1b[31m/auth"
    broken = given.exchange(realm, fails=(FailureKind.SCHEME, "a control character in the URL"))
    fail = given.fail(realm_unreachable, public=_public(given), trials=_trials(given, broken, realm))
    assert fail.message.startswith("auth.token.realm ")
    assert "\x1b" not in str(fail.message)
    assert "control character" in fail.remedy[Dialect.PLAIN].text


def test_a_realm_with_a_login_is_a_warning_for_gos_clients_ask_it(given: Given) -> None:
    realm = "https://u:pw@gitlab.example.com/jwt/auth"
    kept = given.exchange(realm, fails=(FailureKind.SCHEME, "the URL carries a login"))
    fail = given.fail(realm_unreachable, public=_public(given), trials=_trials(given, kept, realm))
    assert fail.severity is Severity.WARNING
    assert "carries a login, which the registry shows to everybody" in fail.message
    assert "u:pw@" not in str(fail)


@pytest.mark.parametrize("kind", [FailureKind.NAME, FailureKind.REFUSED, FailureKind.TIMEOUT])
def test_what_is_not_reached_comes_with_commands_that_tell_name_port_and_route_apart(
    given: Given, kind: FailureKind
) -> None:
    down = given.exchange(REALM, fails=(kind, "nobody"))
    fail = given.fail(realm_unreachable, public=_public(given), trials=_trials(given, down))
    look = ("getent ahosts gitlab.example.com", f"curl -sv -o /dev/null --max-time 15 {REALM}")
    assert fail.remedy[Dialect.PLAIN].commands == look
    assert fail.remedy[Dialect.OMNIBUS].commands[:2] == look
    evil = "https://gitlab.example.com/`id`/jwt/auth"
    down = given.exchange(evil, fails=(kind, "nobody"))
    fail = given.fail(realm_unreachable, public=_public(given), trials=_trials(given, down, evil))
    assert fail.remedy[Dialect.PLAIN].commands == ()


@pytest.mark.parametrize("status", [200, 403, 404, 500, 502])
def test_whoever_answers_is_reached(given: Given, status: int) -> None:
    trials = _trials(given, given.exchange(REALM, status))
    assert str(status) in given.passes(realm_unreachable, public=_public(given), trials=trials)


def test_http_spoken_to_a_port_for_tls_is_told_as_such(given: Given) -> None:
    realm = "http://gitlab.example.com:8443/jwt/auth"
    over_tls = given.exchange("https://gitlab.example.com:8443/jwt/auth", 401)
    closed = given.exchange(realm, fails=(FailureKind.RESET, "closed the connection without an answer"))
    for answer in (closed, given.exchange(realm, 400, given.html, body=ONLY_BY_TLS)):
        fail = given.fail(realm_unreachable, public=_public(given), trials=_trials(given, answer, realm, over_tls))
        assert "by http, where TLS is spoken" in fail.message
        assert "https://gitlab.example.com:8443/jwt/auth" in "".join(fail.remedy[Dialect.PLAIN].commands)


def test_a_closed_connection_of_another_port_than_that_with_tls_is_no_proof(given: Given) -> None:
    realm = "http://gitlab.example.com/jwt/auth"
    closed = given.exchange(realm, fails=(FailureKind.RESET, "closed the connection"))
    trials = _trials(given, closed, realm, given.exchange(REALM, 401))
    assert "cannot be asked" in given.fail(realm_unreachable, public=_public(given), trials=trials).message


def test_a_certificate_that_is_refused_at_both_is_left_to_the_registrys(given: Given) -> None:
    refused = given.ping(fails=(FailureKind.TLS, "certificate not accepted"))
    public = given.public(refused, unverified=given.asks())
    trials = _trials(given, given.exchange(REALM, fails=(FailureKind.TLS, "certificate not accepted")))
    assert "nor is this one" in given.unknown(realm_unreachable, public=public, trials=trials)


def _tls_look(given: Given, url: str, *, distrusted: bool = False, kind: FailureKind | None = None) -> TlsLooks:
    names = ("gitlab.example.com",)
    facts = read_pem(given.certificate(given.rsa()), "a file").certificates[0]
    leaf = ServedCertificate(facts, "", names, (), True, False, (), "", "")
    return TlsLooks(
        (
            ServedTls(
                "token service",
                Endpoint(url, Quote("", "")),
                datetime.now(UTC),
                failure=Failure(kind, "failed") if kind else None,
                chain=() if kind else (leaf,),
                by_system=Distrust(10, "certificate has expired", 0) if distrusted else None,
            ),
        )
    )


@pytest.mark.parametrize("realm", [REALM, "https://gitlab.example.com:443/jwt/auth", "https://other.example.com/auth"])
def test_tls_that_is_seen_to_fail_at_that_server_is_named_elsewhere(given: Given, realm: str) -> None:
    trials = _trials(given, given.exchange(realm, fails=(FailureKind.TLS, "not accepted")), realm)
    root = realm.partition("/jwt")[0].partition("/auth")[0]
    bad = [_tls_look(given, root, distrusted=True), _tls_look(given, root, kind=FailureKind.TLS)]
    bad += [_tls_look(given, root)] if "other" in realm else []
    for looks in bad:
        assert "see the findings on TLS" in given.skips(
            realm_unreachable, public=_public(given), trials=trials, looks=looks
        )


def test_tls_that_fails_elsewhere_or_another_failure_there_hides_nothing(given: Given) -> None:
    broken = given.exchange(REALM, fails=(FailureKind.TLS, "not accepted"))
    down = given.exchange(REALM, fails=(FailureKind.REFUSED, "connection refused"))
    root = "https://gitlab.example.com"
    for answer, looks in (
        (broken, _tls_look(given, "https://registry.example.com:5050", distrusted=True)),
        (broken, _tls_look(given, f"{root}:8443", distrusted=True)),
        (broken, _tls_look(given, root)),
        (broken, _tls_look(given, root, kind=FailureKind.TIMEOUT)),
        (down, _tls_look(given, root, distrusted=True)),
    ):
        given.fail(realm_unreachable, public=_public(given), trials=_trials(given, answer), looks=looks)


def _sends_to(given: Given, realm: str, peer: str | None, url: str = "https://registry.example.com") -> PublicAnswer:
    challenge = ("WWW-Authenticate", f'Bearer realm="{realm}",service="container_registry"')
    ping = given.ping(url, 401, given.api, challenge)
    return given.public(replace(ping, exchange=replace(ping.exchange, peer=peer)))


def test_a_registry_elsewhere_that_sends_its_clients_to_themselves_is_a_finding(given: Given) -> None:
    kept = Absent("for tokens the registry sends clients to localhost: not asked")
    public = _sends_to(given, "http://localhost:8080/jwt/auth", "192.0.2.1:443")
    fail = given.fail(realm_unreachable, public=public, trials=kept)
    assert "leads each of them to itself" in fail.message


@pytest.mark.parametrize(
    ("realm", "peer"),
    [
        ("http://localhost/jwt/auth", "127.0.0.1:443"),
        ("http://localhost/jwt/auth", None),
        ("https://inner.example.com/jwt/auth", "192.0.2.1:443"),
        ("", "192.0.2.1:443"),
    ],
)
def test_what_was_not_asked_for_another_reason_stays_open(given: Given, realm: str, peer: str | None) -> None:
    kept = Absent("not asked")
    assert given.unknown(realm_unreachable, public=_sends_to(given, realm, peer), trials=kept) == "not asked"
    skipped = given.skips(realm_unreachable, public=_sends_to(given, realm, peer), trials=given.no_such)
    assert skipped == given.no_such.reason


def test_without_a_question_to_the_token_service_it_is_unknown(given: Given) -> None:
    assert given.unknown(realm_unreachable, public=_public(given), trials=TokenTrials(()))


@pytest.mark.parametrize("kind", [FailureKind.NAME, FailureKind.REFUSED])
def test_traffic_shows_a_token_service_that_is_not_reached(kind: FailureKind) -> None:
    seen = Traffic()
    seen.sent_away()
    url = f"GET {REALM}?service=container_registry&account=me"
    seen.ask(url, None, failure=Failure(kind, f"gitlab.example.com: {kind.value}"))

    assert seen.only("realm_unreachable").fail.resource == REALM


def test_in_traffic_a_client_that_went_away_is_no_fault_of_the_token_service() -> None:
    seen = Traffic()
    seen.sent_away()
    url = f"GET {REALM}?service=container_registry&account=me"
    seen.ask(url, None, failure=Failure(FailureKind.RESET, "client disconnected"))

    assert "realm_unreachable" not in seen.names()


def test_traffic_shows_a_realm_of_a_scheme_that_no_client_asks_by() -> None:
    listed = Traffic()
    listed.sent_away("https,http://registry.example.com/auth/token")
    fail = listed.only("realm_unreachable").fail
    assert fail.message.endswith("a proxy sends X-Forwarded-Proto as a list")
    assert "X-Forwarded-Proto" in fail.remedy[Dialect.PLAIN].commands[0]
    other = Traffic()
    other.sent_away("ftp://registry.example.com/auth/token")
    assert "no client knows that scheme" in other.only("realm_unreachable").fail.message


@pytest.mark.parametrize("realm", [REALM, "HTTPS://gitlab.example.com/jwt/auth", "/jwt/auth", ""])
def test_in_traffic_a_realm_that_clients_can_ask_is_none(realm: str) -> None:
    sent = Traffic()
    sent.sent_away(realm)
    assert not seen(realm_unreachable, *sent.said)
