"""Two listeners on one port are a finding where they really get in each other's way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.debug.port_clash import port_clash
from regdoctor.formats.registry_config import RegistryConfig

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _config(given: Given, main: str, debug: str | None = None) -> RegistryConfig:
    more = f"  debug:\n    addr: '{debug}'\n" if debug is not None else ""
    return given.config(f"version: 0.1\nhttp:\n  addr: '{main}'\n{more}")


@pytest.mark.parametrize(
    ("main", "debug"),
    [
        (":5000", ":5000"),
        ("127.0.0.1:5000", "127.0.0.1:5000"),
        ("127.0.0.1:5000", "localhost:5000"),
        ("127.0.0.1:5000", "0.0.0.0:5000"),
        (":5000", "127.0.0.1:5000"),
        ("[::]:5000", "127.0.0.1:5000"),
        ("0.0.0.0:5000", "[::1]:5000"),
        ("registry:5000", "registry:5000"),
    ],
)
def test_one_port_on_one_address_is_a_finding(given: Given, main: str, debug: str) -> None:
    config, installation = _config(given, main, debug), given.installation()
    fail = given.fail(port_clash, config=config, installation=installation)
    assert "same port, 5000" in fail.message
    assert [quote.line for quote in fail.evidence] == [3, 5]
    assert fail.resource == main
    assert fail.remedy[Dialect.OMNIBUS].commands[0] == "registry['debug_addr'] = \"localhost:5001\""


@pytest.mark.parametrize(
    ("main", "debug"),
    [
        (":5000", ":5001"),
        ("127.0.0.1:5000", "127.0.0.2:5000"),
        ("127.0.0.1:5000", "[::1]:5000"),
        ("10.0.0.1:5000", "127.0.0.1:5000"),
        ("registry:5000", "metrics:5000"),
        (":0", ":0"),
        (":5000", ""),
        (":5000", None),
    ],
)
def test_ports_or_addresses_that_differ_pass(given: Given, main: str, debug: str | None) -> None:
    assert given.passes(port_clash, config=_config(given, main, debug), installation=given.installation())


def test_no_address_is_no_clash(given: Given) -> None:
    assert given.passes(port_clash, config=given.config("version: 0.1\n"), installation=given.installation())


def test_the_public_port_of_omnibus_must_not_be_the_inner_one(given: Given) -> None:
    gitlab = given.gitlab("production:\n  registry:\n    host: h\n    port: 5000\n")
    config = _config(given, "127.0.0.1:5000", "localhost:5001")
    fail = given.fail(port_clash, config=config, gitlab=gitlab, installation=given.installation())
    assert "GitLab's nginx and the registry" in fail.message
    assert "listen_port" in fail.message
    assert [quote.line for quote in fail.evidence] == [3, 4]


def test_where_both_answer_nginx_listens_elsewhere(given: Given) -> None:
    gitlab = given.gitlab("production: {registry: {host: h, port: 5000}}")
    evidence = {
        "config": _config(given, "127.0.0.1:5000"),
        "gitlab": gitlab,
        "installation": given.installation(),
        "internal": given.internal(given.asks(given.inner_url)),
    }
    assert given.passes(port_clash, **evidence, public=given.public(given.asks()))
    given.fail(port_clash, **evidence, public=given.public(given.refused("https://h:5000")))


@pytest.mark.parametrize(("dialect", "main"), [(Dialect.OMNIBUS, "10.0.0.1:5000"), (Dialect.PLAIN, "127.0.0.1:5000")])
def test_a_registry_that_serves_clients_itself_has_the_public_port(given: Given, dialect: Dialect, main: str) -> None:
    gitlab = given.gitlab("production: {registry: {host: h, port: 5000}}")
    assert given.passes(
        port_clash, config=_config(given, main), gitlab=gitlab, installation=given.installation(dialect)
    )


@pytest.mark.parametrize(
    ("code", "clashes"),
    [
        ("registry_nginx['listen_port'] = 5080", False),
        ("registry['nginx']['enable'] = false", False),
        ("registry['nginx']['listen_port'] = 5000", True),
        ("registry['dir'] = '/r'", True),
    ],
)
def test_gitlab_rb_tells_where_nginx_listens(given: Given, code: str, clashes: bool) -> None:
    evidence = {
        "config": _config(given, "127.0.0.1:5000"),
        "gitlab": given.gitlab("production: {registry: {host: h, port: 5000}}"),
        "installation": given.installation(),
        "rb": given.rb(code),
    }
    assert bool(given.fails(port_clash, **evidence)) is clashes
