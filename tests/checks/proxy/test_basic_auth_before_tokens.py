"""auth_basic before a registry with tokens is an error, unless it is off there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Fail, Pass, Skip, Unknown
from regdoctor.checks.proxy.basic_auth_before_tokens import basic_auth_before_tokens

if TYPE_CHECKING:
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
