"""A password before a registry with tokens is an error, by nginx's configuration and by what both answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail, Pass, Skip, Unknown
from regdoctor.checks.proxy.basic_auth_before_tokens import basic_auth_before_tokens

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


def test_from_outside_a_password_may_be_the_registrys_own(given: Given) -> None:
    answer = given.public(asking_for_a_password(given))

    assert "not known from here" in given.unknown(basic_auth_before_tokens, public=answer)


def test_a_token_at_the_public_address_passes_whatever_cannot_be_read(given: Given) -> None:
    assert given.passes(basic_auth_before_tokens, public=given.public(given.asks()))


def test_without_answers_and_configuration_the_reason_is_that_of_the_configuration(given: Given) -> None:
    assert given.skips(basic_auth_before_tokens, nginx=given.no_such) == given.no_such.reason
    assert given.unknown(basic_auth_before_tokens, public=given.public(given.refused(given.public_url)))
