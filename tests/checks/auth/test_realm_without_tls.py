"""A password that goes to the token service in clear text is told, with the address by https where one answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Severity
from regdoctor.checks.auth.realm_without_tls import realm_without_tls
from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.evidence.token_trials import TokenTrials, Trial
from tests.evidence.token_traffic import LOGIN, Traffic

if TYPE_CHECKING:
    from tests.checks.conftest import Given

REALM = "http://gitlab.example.com/jwt/auth"
BY_TLS = "https://gitlab.example.com/jwt/auth?service=container_registry"


def _trials(
    given: Given, answer: Exchange, *, realm: str = REALM, over_tls: Exchange | None = None, withheld: str = ""
) -> TokenTrials:
    trial = Trial(f"from {realm}", True, answer, None, None, withheld=withheld, over_tls=over_tls)
    return TokenTrials((trial,), given.public_url, realm, "container_registry")


def test_a_realm_by_http_of_a_registry_by_https_is_told(given: Given) -> None:
    trials = _trials(
        given,
        given.exchange(REALM, 200),
        over_tls=given.exchange(BY_TLS, 200),
        withheld="the password was not sent: so",
    )
    fail = given.fail(realm_without_tls, trials=trials)
    assert realm_without_tls.severity is Severity.WARNING
    assert "in clear text; the password was not sent: so; https answers there too" in fail.message
    assert fail.remedy[Dialect.PLAIN].commands == ('auth:\n  token:\n    realm: "https://gitlab.example.com/jwt/auth"',)
    assert fail.remedy[Dialect.OMNIBUS].commands[0] == "registry['token_realm'] = \"https://gitlab.example.com\""
    assert "'registry.authEndpoint=https://gitlab.example.com'" in fail.remedy[Dialect.HELM].commands[0]


def test_a_connection_that_is_closed_on_the_request_has_carried_the_password(given: Given) -> None:
    closed = given.exchange(REALM, fails=(FailureKind.RESET, "gitlab.example.com:80: closed the connection"))
    over_tls = given.exchange(BY_TLS, fails=(FailureKind.TLS, "gitlab.example.com:443: certificate not accepted"))
    fail = given.fail(realm_without_tls, trials=_trials(given, closed, over_tls=over_tls))
    assert fail.message.endswith("and no answer comes back; https answers there")


@pytest.mark.parametrize("kind", [FailureKind.NAME, FailureKind.REFUSED, FailureKind.TIMEOUT])
def test_where_nothing_is_reached_nothing_is_sent(given: Given, kind: FailureKind) -> None:
    trials = _trials(given, given.exchange(REALM, fails=(kind, kind.value)))
    assert kind.value in given.unknown(realm_without_tls, trials=trials)


def test_https_is_well_and_so_is_what_does_not_leave_the_machine(given: Given) -> None:
    https = _trials(given, given.exchange(BY_TLS), realm="https://gitlab.example.com/jwt/auth")
    assert given.passes(realm_without_tls, trials=https)
    own = _trials(given, given.exchange(REALM), realm="http://127.0.0.1:5001/auth")
    assert "own machine" in given.skips(realm_without_tls, trials=own)
    plain = TokenTrials((), "http://gitlab.example.com:5000", REALM)
    assert "by http" in given.skips(realm_without_tls, trials=plain)
    home = TokenTrials((), "http://registry.example.com", "http://127.0.0.2:5001/auth")
    assert "own machine" in given.skips(realm_without_tls, trials=home)


def test_a_realm_by_http_on_another_host_is_told_though_the_registry_has_http_too(given: Given) -> None:
    trials = replace(
        _trials(given, given.exchange(REALM, 401), withheld="the password was not sent: --send-credentials-to"),
        registry="http://registry.example.com",
    )
    fail = given.fail(realm_without_tls, trials=trials)
    assert fail.message.startswith(f"The registry sends clients to {REALM}: passwords cross the network in clear text")
    assert fail.message.endswith("--send-credentials-to")


def test_what_was_not_asked_or_is_no_address_is_unknown(given: Given) -> None:
    assert given.unknown(realm_without_tls, trials=TokenTrials((), given.public_url, REALM))
    assert given.unknown(realm_without_tls, trials=TokenTrials((), given.public_url, "not a URL"))


def test_what_a_server_wrote_gets_into_no_command(given: Given) -> None:
    realm = "http://gitlab.example.com/`id`$(id)'/jwt/auth"
    over_tls = given.exchange(realm.replace("http:", "https:"), 200)
    trials = _trials(given, given.exchange(realm, 200), realm=realm, over_tls=over_tls)
    fail = given.fail(realm_without_tls, trials=trials)
    assert all(remedy.commands == () for remedy in fail.remedy.values())
    long = _trials(given, given.exchange(REALM, 200), realm="http://h/\n\x1b[31m" + "a" * 5000)
    assert len(given.fail(realm_without_tls, trials=long).message) < 300


def test_traffic_shows_a_login_in_clear() -> None:
    seen = Traffic()
    seen.sent_away("http://gitlab.example.com/jwt/auth")
    seen.ask("GET http://gitlab.example.com/jwt/auth?service=container_registry&account=me", 401, shown=LOGIN)

    assert "realm_without_tls" in seen.names()
