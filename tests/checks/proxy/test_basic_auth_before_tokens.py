"""A password before a registry with tokens is an error, by nginx's configuration and by what both answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail, Outcome, Pass, Skip, Unknown
from regdoctor.checks.proxy.basic_auth_before_tokens import basic_auth_before_tokens
from regdoctor.evidence.login_trial import LoginTrial
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import API, BEARER, CHALLENGE, PAGE, exchanged

if TYPE_CHECKING:
    from regdoctor.evidence.answers import Ping
    from tests.checks.conftest import Given
    from tests.checks.proxy.conftest import Proxied


TOKEN = "http: {addr: '127.0.0.1:5000'}\nauth: {token: {realm: 'https://gitlab.example.com/jwt/auth'}}"


def test_a_password_before_a_token_is_a_finding(proxied: Proxied) -> None:
    text = proxied.server("auth_basic Registry;")
    fail = proxied.one(basic_auth_before_tokens, text, config=proxied.config(TOKEN))
    assert isinstance(fail, Fail)
    assert fail.evidence[0].quote == "auth_basic Registry;"
    assert fail.evidence[-1].source == "/etc/docker/registry/config.yml"


def test_it_is_inherited(proxied: Proxied) -> None:
    text = "auth_basic 'all of us';\n" + proxied.server()
    assert proxied.one(basic_auth_before_tokens, text, config=proxied.config(TOKEN)).evidence[0].line == 3


def test_off_passes(proxied: Proxied) -> None:
    text = "auth_basic x;\n" + proxied.server("auth_basic off;")
    assert isinstance(proxied.one(basic_auth_before_tokens, text, config=proxied.config(TOKEN)), Pass)


@pytest.mark.parametrize("more", ["satisfy any;", "set $realm off; if ($arg_x) { set $realm x; }"])
def test_a_condition_cannot_be_told(proxied: Proxied, more: str) -> None:
    basic = "auth_basic $realm;" if "$realm" in more else "auth_basic x;"
    outcome = proxied.one(basic_auth_before_tokens, proxied.server(more, basic), config=proxied.config(TOKEN))
    assert isinstance(outcome, Unknown)


def test_a_registry_without_tokens_is_skipped(proxied: Proxied) -> None:
    outcome = proxied.one(basic_auth_before_tokens, proxied.server("auth_basic x;"), config=proxied.config())
    assert isinstance(outcome, Skip)


NGINX_401 = b"<html>\r\n<center><h1>401</h1></center>\r\n<hr><center>nginx</center>\r\n</html>\r\n"
BASIC = ("WWW-Authenticate", 'Basic realm="Registry"')


def asking_for_a_password(given: Given, body: bytes = NGINX_401) -> Ping:
    """What a proxy with a password answers at the public address."""
    return given.ping(given.public_url, 401, given.html, BASIC, body=body)


def test_two_answers_show_it_without_a_configuration(given: Given) -> None:
    fail = given.fail(
        basic_auth_before_tokens,
        nginx=given.no_such,
        public=given.public(asking_for_a_password(given)),
        internal=given.internal(given.asks(given.inner_url)),
    )

    assert fail.message.startswith("nginx asks for a password at https://registry.example.com:5050")
    assert "Basic" in fail.evidence[0].quote
    assert "Bearer" in fail.evidence[1].quote
    assert fail.remedy[Dialect.PLAIN].commands[0] == "auth_basic off;"


def test_a_page_of_nobody_knows_whom_is_a_proxys_all_the_same(given: Given) -> None:
    fail = given.fail(
        basic_auth_before_tokens,
        public=given.public(asking_for_a_password(given, b"<html>Log in</html>")),
        internal=given.internal(given.asks(given.inner_url)),
    )

    assert fail.message.startswith("A proxy asks for a password")


def test_the_configurations_finding_is_proven_by_the_answers(given: Given, proxied: Proxied) -> None:
    fails = given.fails(
        basic_auth_before_tokens,
        nginx=proxied.read(proxied.server("auth_basic Registry;")),
        config=proxied.config(TOKEN),
        public=given.public(asking_for_a_password(given)),
        internal=given.internal(given.asks(given.inner_url)),
    )

    assert len(fails) == 1
    assert fails[0].evidence[0].quote == "auth_basic Registry;"
    assert "Basic" in fails[0].evidence[-2].quote


def test_a_registry_that_asks_for_a_password_itself_is_skipped(given: Given) -> None:
    own = given.ping(given.inner_url, 401, given.api, BASIC)

    assert "not ask for tokens" in given.skips(
        basic_auth_before_tokens,
        public=given.public(asking_for_a_password(given)),
        internal=given.internal(own),
    )


def test_from_outside_a_password_alone_does_not_tell_what_is_behind_it(given: Given) -> None:
    answer = given.public(asking_for_a_password(given))

    assert "--username" in given.unknown(basic_auth_before_tokens, public=answer)


def told(given: Given, status: int, *headers: tuple[str, str], body: bytes = b"") -> Outcome:
    """What the check says from outside of what came back where the login was sent."""
    trial = LoginTrial("bob", "bob", given.exchange(f"{given.public_url}/v2/", status, *headers, body=body))
    return given.outcome(basic_auth_before_tokens, public=given.public(asking_for_a_password(given)), trial=trial)


def test_a_registry_that_wants_a_token_behind_the_password_is_a_finding_from_outside(given: Given) -> None:
    fail = told(given, 401, given.api, given.bearer, given.json)

    assert isinstance(fail, Fail)
    assert "behind it for a token: no client can send both" in fail.message
    assert fail.evidence[1].quote.startswith("as bob: ")
    assert "Bearer" in fail.evidence[1].quote


def test_a_registry_that_the_proxy_alone_guards_is_healthy(given: Given) -> None:
    assert isinstance(told(given, 200, given.api, given.json, body=b"{}"), Pass)


def test_a_login_that_the_proxy_answers_with_403_reaches_no_registry(given: Given) -> None:
    fail = told(given, 403, given.html, body=NGINX_401)

    assert isinstance(fail, Fail)
    assert "answers 403 to the login" in fail.message
    assert "auth_basic_user_file" in fail.remedy[Dialect.PLAIN].text


def test_what_a_login_does_not_decide_is_left_open(given: Given) -> None:
    again = told(given, 401, given.html, BASIC, body=NGINX_401)
    firewall = told(given, 403, given.html, body=b"<html>Forbidden</html>")

    assert isinstance(again, Unknown)
    assert isinstance(firewall, Unknown)
    assert isinstance(told(given, 502, given.html, body=NGINX_401), Unknown)


def test_a_registry_with_users_of_its_own_behind_the_password_is_left_to_the_login(given: Given) -> None:
    outcome = told(given, 401, given.api, given.json, BASIC)

    assert isinstance(outcome, Skip)
    assert "login_refused" in outcome.reason


def test_a_token_at_the_public_address_passes_whatever_cannot_be_read(given: Given) -> None:
    assert given.passes(basic_auth_before_tokens, public=given.public(given.asks()))


def test_without_answers_and_configuration_the_reason_is_that_of_the_configuration(given: Given) -> None:
    assert given.skips(basic_auth_before_tokens, nginx=given.no_such) == given.no_such.reason
    assert given.unknown(basic_auth_before_tokens, public=given.public(given.refused(given.public_url)))


PASSWORD = ("WWW-Authenticate", 'Basic realm="Registry"')


def test_a_proxy_that_takes_a_token_for_a_password_is_told_in_traffic() -> None:
    sent_for_a_token = exchanged("GET /v2/", 401, CHALLENGE)
    [fail] = seen(
        basic_auth_before_tokens, sent_for_a_token, exchanged("GET /v2/", 401, (PASSWORD,), PAGE, shown=BEARER)
    )
    assert fail.message.startswith("nginx asks for a password at https://registry.example.com")
    assert "Bearer" in fail.evidence[1].quote


def test_in_traffic_one_who_asks_alone_is_no_fault() -> None:
    sent_for_a_token = exchanged("GET /v2/", 401, CHALLENGE)
    both = (PASSWORD, CHALLENGE[-1])
    for recorded in (
        exchanged("GET /v2/", 401, (PASSWORD,), PAGE),
        exchanged("GET /v2/", 401, both, PAGE, shown=BEARER),
        exchanged("GET /v2/", 401, (*API, PASSWORD), b"{}", shown=BEARER),
        exchanged("GET /v2/", 401, CHALLENGE, shown=BEARER),
        exchanged("GET https://other.example.com/v2/", 401, (PASSWORD,), PAGE, shown=BEARER),
        exchanged("GET /v2/", 403, (), PAGE, shown=BEARER),
    ):
        assert not seen(basic_auth_before_tokens, sent_for_a_token, recorded)
    assert not seen(basic_auth_before_tokens, exchanged("GET /v2/", 401, (PASSWORD,), PAGE, shown=BEARER))
