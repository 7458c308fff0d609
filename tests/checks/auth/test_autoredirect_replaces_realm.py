"""autoredirect takes the place of GitLab's realm, but where distribution 3.x is told the path."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.checks.auth.autoredirect_replaces_realm import autoredirect_replaces_realm
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.product import Generation
from regdoctor.evidence.recorded import Shown
from regdoctor.evidence.token_trials import TokenTrials, Trial
from tests.evidence.token_traffic import JSON, Traffic, body, jwt_of

if TYPE_CHECKING:
    from tests.checks.conftest import Given

REALM = "version: 0.1\nauth:\n  token:\n    realm: https://gitlab.example.com/jwt/auth\n"


@pytest.mark.parametrize("generation", [None, *Generation])
def test_autoredirect_is_a_finding_whatever_the_product(given: Given, generation: Generation | None) -> None:
    config = given.config(f"{REALM}    autoredirect: true\n")
    fail = given.fail(autoredirect_replaces_realm, config=config, product=given.product(generation))

    assert "/auth/token" in fail.message
    assert [quote.line for quote in fail.evidence] == [5, 4]


@pytest.mark.parametrize("line", ["", "    autoredirect: false\n", '    autoredirect: "true"\n'])
def test_without_it_the_realm_counts(given: Given, line: str) -> None:
    assert given.passes(autoredirect_replaces_realm, config=given.config(REALM + line), product=given.product())


def test_distribution_3_may_be_told_gitlabs_path(given: Given) -> None:
    config = given.config(f"{REALM}    autoredirect: true\n    autoredirectpath: /jwt/auth\n")

    assert given.passes(
        autoredirect_replaces_realm, config=config, product=given.product(Generation.DISTRIBUTION_3, 3, 0, 0)
    )
    assert given.unknown(autoredirect_replaces_realm, config=config, product=given.product())
    given.fail(autoredirect_replaces_realm, config=config, product=given.product(Generation.DISTRIBUTION_2, 2, 8))


def test_a_token_service_behind_the_registrys_own_address_is_what_it_is_for(given: Given) -> None:
    config = given.config("auth: {token: {realm: https://auth.example.com/token, autoredirect: true}}\n")
    given.skips(autoredirect_replaces_realm, config=config, product=given.product())


OWN = "https://registry.example.com:5050/auth/token"


def led(given: Given, answer: Exchange | None, realm: str = OWN, registry: str | None = None) -> TokenTrials:
    """What came of asking for a token where the challenge led."""
    ping = given.exchange(f"{given.public_url}/v2/") if answer is not None and answer.ok else None
    trials = (Trial("for lab", True, answer, None, ping),) if answer is not None else ()
    return TokenTrials(trials, registry or given.public_url, realm, "container_registry")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, b"404 page not found\n"),
        (404, b"<html><hr><center>nginx</center></html>"),
        (200, b"<html>Welcome</html>"),
    ],
)
def test_no_token_service_on_the_registrys_own_host_is_a_finding_from_outside(
    given: Given, status: int, body: bytes
) -> None:
    trials = led(given, given.exchange(f"{OWN}?service=x", status, body=body))

    # What such a page gives is no token, whatever its status.
    trials = TokenTrials(tuple(replace(one, ping=None) for one in trials.trials), trials.registry, OWN, "x")
    fail = given.fail(autoredirect_replaces_realm, config=given.no_such, product=given.product(), trials=trials)

    assert "/auth/token on the registry's own host" in fail.message
    assert f'realm="{OWN}"' in fail.evidence[0].quote
    assert str(status) in fail.evidence[1].quote


def test_https_where_the_registry_speaks_plain_http_is_a_finding(given: Given) -> None:
    no_tls = Exchange("GET", OWN, failure=Failure(FailureKind.TLS, "plain HTTP", not_tls=True))

    fail = given.fail(
        autoredirect_replaces_realm,
        config=given.no_such,
        product=given.product(),
        trials=led(given, no_tls, registry="http://registry.example.com:5050"),
    )

    assert "no TLS is spoken there" in fail.message


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, b""),
        (403, b'{"errors":[{"code":"DENIED","message":"access forbidden"}]}'),
        (404, b'{"errors":[{"code":"UNAVAILABLE","message":"registry not enabled"}]}'),
        (502, b"<html>Bad Gateway</html>"),
    ],
)
def test_what_may_be_a_token_service_is_not_blamed(given: Given, status: int, body: bytes) -> None:
    trials = led(given, given.exchange(OWN, status, body=body))

    given.unknown(autoredirect_replaces_realm, config=given.no_such, product=given.product(), trials=trials)


def test_404_to_the_oauth2_form_alone_blames_nobody(given: Given) -> None:
    trials = led(given, given.exchange(OWN, 404, method="POST"))
    known = {"config": given.no_such, "product": given.product()}
    given.unknown(autoredirect_replaces_realm, trials=trials, **known)
    again = replace(trials.trials[0], by_get=given.exchange(OWN, 404))
    given.fail(autoredirect_replaces_realm, trials=replace(trials, trials=(again,)), **known)


def test_a_token_service_on_the_registrys_own_host_passes(given: Given) -> None:
    trials = led(given, given.exchange(OWN, body=b'{"token":"x"}'))

    assert given.passes(autoredirect_replaces_realm, config=given.no_such, product=given.product(), trials=trials)


@pytest.mark.parametrize(
    "realm",
    [
        "https://gitlab.example.com/jwt/auth",
        "https://registry.example.com:5050/service/token",
        "https://registry.example.com/auth/token",
        "https://login.example.com/auth/token",
        "http://[::1",
    ],
)
def test_another_realm_is_not_autoredirects(given: Given, realm: str) -> None:
    trials = led(given, given.exchange(realm, 404), realm)

    given.skips(autoredirect_replaces_realm, config=given.no_such, product=given.product(), trials=trials)


def test_a_configuration_without_autoredirect_has_the_last_word(given: Given) -> None:
    trials = led(given, given.exchange(OWN, 404))
    realm = f"auth: {{token: {{realm: '{OWN}', autoredirect: %s}}}}\n"

    given.skips(
        autoredirect_replaces_realm, config=given.config(realm % "false"), product=given.product(), trials=trials
    )
    given.fail(autoredirect_replaces_realm, config=given.config(realm % "true"), product=given.product(), trials=trials)


def test_the_line_of_the_configuration_is_proven_by_the_answer(given: Given) -> None:
    config = given.config(f"{REALM}    autoredirect: true\n")
    trials = led(given, given.exchange(OWN, 404))

    fail = given.fail(autoredirect_replaces_realm, config=config, product=given.product(), trials=trials)

    assert [quote.line for quote in fail.evidence] == [5, 4, None, None]


def test_where_neither_could_be_looked_at_the_reason_is_told(given: Given) -> None:
    product = given.product()

    assert given.unknown(autoredirect_replaces_realm, product=product) == given.not_here.reason
    assert given.unknown(autoredirect_replaces_realm, product=product, config=given.no_such) == given.not_here.reason
    given.skips(autoredirect_replaces_realm, product=product, config=given.no_such, trials=given.no_such)
    given.unknown(autoredirect_replaces_realm, product=product, config=given.no_such, trials=led(given, None))


AT_HOME = "https://registry.example.com/auth/token"
PAGE = ("Content-Type", "text/html; charset=utf-8")


def _sent_home(status: int, content: bytes = b"404 page not found\n", *headers: tuple[str, str]) -> Traffic:
    seen = Traffic()
    seen.sent_away(AT_HOME)
    seen.ask(f"GET {AT_HOME}?service=container_registry&account=me", status, *headers, content=content)
    return seen


def test_a_realm_on_the_registrys_own_host_that_nobody_knows_is_told_in_traffic() -> None:
    fail = _sent_home(404).only("autoredirect_replaces_realm").fail
    assert fail.resource == "https://registry.example.com"
    assert "nothing is known there: 404" in fail.message


def test_a_page_there_is_told_as_well_and_a_token_service_is_not() -> None:
    assert "autoredirect_replaces_realm" in _sent_home(200, b"", PAGE).names()
    served = Traffic()
    served.sent_away(AT_HOME)
    asked = f"GET {AT_HOME}?service=container_registry&account=me"
    token = Shown("", "a" * 12, jwt_of())
    served.ask(asked, 200, JSON, content=b'{"token":"[redacted token]"}', given=token)
    assert served.names() == set()
    assert "autoredirect_replaces_realm" not in _sent_home(404, body("NAME_UNKNOWN"), JSON).names()
    assert "autoredirect_replaces_realm" not in _sent_home(502).names()


def test_in_traffic_a_realm_elsewhere_is_no_matter_of_it() -> None:
    seen = Traffic()
    seen.sent_away("https://gitlab.example.com/auth/token")
    seen.ask("GET https://gitlab.example.com/auth/token?service=container_registry", 404)
    assert "autoredirect_replaces_realm" not in seen.names()


@pytest.mark.parametrize("spoken", [True, False])
def test_a_registry_without_tls_that_sends_clients_to_its_own_https_is_told_in_traffic(spoken: bool) -> None:
    seen = Traffic()
    seen.sent_away(AT_HOME)
    failure = Failure(FailureKind.TLS, "certificate has expired" if spoken else "wrong version number", not spoken)
    seen.ask(f"GET {AT_HOME}?service=container_registry&account=me", None, failure=failure)
    assert ("autoredirect_replaces_realm" in seen.names()) is not spoken
