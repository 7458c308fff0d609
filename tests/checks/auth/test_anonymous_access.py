"""A registry that asks nobody for a login is a finding; one that does, or that must be open, is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Severity
from regdoctor.checks.auth.anonymous_access import anonymous_access
from regdoctor.evidence.exchange import FailureKind
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.login_source import LoginSource
from regdoctor.formats.compose_file import ComposeRegistry, parse_compose_file
from regdoctor.formats.located import Computed, Located, Place
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.probes.nginx_config import read_nginx
from regdoctor.redaction import Secret
from regdoctor.target import Login

if TYPE_CHECKING:
    from tests.checks.conftest import Given

TOKEN = "version: 0.1\nauth:\n  token: {realm: https://g/jwt/auth}\n"
NONE = "version: 0.1\nhttp: {addr: 127.0.0.1:5000}\n"


def test_an_open_registry_is_a_finding(given: Given) -> None:
    fail = given.fail(anonymous_access, public=given.public(given.open()))
    assert fail.resource == given.public_url
    assert "without asking for a login" in fail.message
    assert fail.severity is Severity.ERROR
    assert "htpasswd:" in fail.remedy[Dialect.PLAIN].commands[1]
    assert "/jwt/auth as realm" in fail.remedy[Dialect.PLAIN].text


@pytest.mark.parametrize("config", [None, TOKEN])
def test_a_login_that_was_given_was_judged_by_nobody(given: Given, config: str | None) -> None:
    known = {"config": given.config(config)} if config else {}
    login = Login("alice", Secret("some password", "password"))
    public = given.public(given.open())
    fail = given.fail(anonymous_access, public=public, logins=LoginSource(login), **known)
    assert fail.message.endswith("; the login of alice was judged by nobody")
    without = given.fail(anonymous_access, public=public, logins=LoginSource(None), **known)
    assert "judged" not in without.message


HERE = "https://localhost:5050"


@pytest.mark.parametrize(
    ("asked", "config", "severity"),
    [
        ([HERE], None, Severity.WARNING),
        (["http://127.0.0.1:5000"], None, Severity.WARNING),
        ([HERE], NONE, Severity.WARNING),
        ([HERE], "version: 0.1\nhttp: {addr: ':5000'}\n", Severity.ERROR),
        (["http://192.0.2.7:5000"], None, Severity.ERROR),
    ],
)
def test_an_open_registry_that_only_loopback_addresses_are_known_of_is_a_warning(
    given: Given, asked: list[str], config: str | None, severity: Severity
) -> None:
    known = {"config": given.config(config)} if config else {}
    fail = given.fail(anonymous_access, public=given.public(given.open(asked[0])), **known)
    assert fail.severity is severity


def test_the_public_name_says_that_others_reach_it_though_only_its_own_port_answered(given: Given) -> None:
    inner = given.internal(given.open(given.inner_url))
    fail = given.fail(anonymous_access, public=given.public(given.gateway()), internal=inner)
    assert fail.severity is Severity.ERROR
    assert given.fail(anonymous_access, internal=inner).severity is Severity.WARNING


@pytest.mark.parametrize(("name", "severity"), [("localhost", Severity.WARNING), ("r.example.com", Severity.ERROR)])
def test_a_server_of_nginx_with_a_name_says_that_others_reach_it(
    given: Given, tmp_path: Path, name: str, severity: Severity
) -> None:
    nginx = _nginx(tmp_path, "", f"server_name {name};")
    fail = given.fail(anonymous_access, public=given.public(given.open(HERE)), config=given.config(NONE), nginx=nginx)
    assert fail.severity is severity


def test_an_address_that_is_computed_may_be_any(given: Given) -> None:
    config = given.config(NONE)
    http = Located(Computed("a template"), Place(config.source, 2), "http")
    config = replace(config, tree=replace(config.tree, value={**config.tree.entries(), "http": http}))
    fail = given.fail(anonymous_access, public=given.public(given.open(HERE)), config=config)
    assert fail.severity is Severity.ERROR


@pytest.mark.parametrize("dialect", [Dialect.OMNIBUS, Dialect.HELM, Dialect.SOURCE])
def test_gitlabs_registry_is_open_to_the_world_wherever_it_was_asked(given: Given, dialect: Dialect) -> None:
    fail = given.fail(anonymous_access, public=given.public(given.open(HERE)), installation=given.installation(dialect))
    assert fail.severity is Severity.ERROR
    assert "rootcertbundle" in fail.remedy[Dialect.PLAIN].commands[0]


def test_an_open_registry_is_a_finding_whether_or_not_the_api_header_is_sent(given: Given) -> None:
    bare = given.ping(given.public_url, 200, given.json, body=b"{}")
    given.fail(anonymous_access, public=given.public(bare))


def test_the_missing_section_is_quoted_where_the_file_was_read(given: Given) -> None:
    fail = given.fail(anonymous_access, public=given.public(given.open()), config=given.config(NONE))
    assert [quote.quote for quote in fail.evidence][-1] == "no auth section"


def test_a_section_that_is_not_in_force_is_named_with_its_line(given: Given) -> None:
    fail = given.fail(anonymous_access, public=given.public(given.open()), config=given.config(TOKEN))
    assert "not restarted" in fail.message
    assert fail.evidence[-1].line == 3
    assert "gitlab-ctl restart registry" in fail.remedy[Dialect.OMNIBUS].commands[0]


def test_a_registry_with_tokens_passes(given: Given) -> None:
    assert "401" in given.passes(anonymous_access, public=given.public(given.asks()))


def test_a_registry_with_htpasswd_passes(given: Given) -> None:
    basic = ("WWW-Authenticate", 'Basic realm="Registry Realm"')
    assert given.passes(anonymous_access, public=given.public(given.ping(given.public_url, 401, given.api, basic)))


def test_a_password_asked_for_by_the_proxy_will_do_where_the_registry_is_on_loopback(given: Given) -> None:
    front = given.ping(given.public_url, 401, ("WWW-Authenticate", 'Basic realm="nginx"'), given.html)
    message = given.passes(
        anonymous_access,
        public=given.public(front),
        internal=given.internal(given.open(given.inner_url)),
        config=given.config(NONE),
    )
    assert "in front asks" in message


def test_a_registry_that_can_be_reached_past_its_proxy_is_a_warning(given: Given) -> None:
    front = given.ping(given.public_url, 401, ("WWW-Authenticate", 'Basic realm="nginx"'), given.html)
    fail = given.fail(
        anonymous_access,
        public=given.public(front),
        internal=given.internal(given.open(given.inner_url)),
        config=given.config("version: 0.1\nhttp:\n  addr: :5000\n"),
    )
    assert fail.severity is Severity.WARNING
    assert fail.evidence[-1].line == 3


def test_the_registrys_own_port_is_judged_where_the_public_one_says_nothing(given: Given) -> None:
    down = given.public(given.gateway())
    given.fail(anonymous_access, public=down, internal=given.internal(given.open(given.inner_url)))
    assert given.passes(anonymous_access, public=down, internal=given.internal(given.asks(given.inner_url)))


def test_a_page_that_is_no_registrys_says_nothing(given: Given) -> None:
    page = given.ping(given.public_url, 200, given.html, body=b"<html>")
    given.unknown(anonymous_access, public=given.public(page))


def test_a_mirror_of_public_images_has_to_be_open(given: Given) -> None:
    mirror = "version: 0.1\nproxy: {remoteurl: https://registry-1.docker.io}\n"
    reason = given.skips(anonymous_access, public=given.public(given.open()), config=given.config(mirror))
    assert "mirror" in reason


def test_a_mirror_with_an_account_gives_private_images_away(given: Given) -> None:
    mirror = "version: 0.1\nproxy: {remoteurl: https://registry-1.docker.io, username: robot, password: pass-word}\n"
    given.fail(anonymous_access, public=given.public(given.open()), config=given.config(mirror))


WIDE = "version: 0.1\nhttp:\n  addr: :5000\n"
GITLAB = "gitlab: {host: gitlab.example.com}\nregistry: {enabled: true}\n"


def test_a_file_alone_leaves_room_for_the_environment(given: Given) -> None:
    fail = given.fail(anonymous_access, config=given.config(WIDE))
    assert "REGISTRY_AUTH" in fail.message
    assert fail.severity is Severity.WARNING
    assert fail.evidence[-1].line == 3


def test_a_compose_file_holds_the_environment(given: Given) -> None:
    compose = given.installation(Dialect.COMPOSE)
    fail = given.fail(anonymous_access, config=given.config(WIDE), installation=compose)
    assert "REGISTRY_AUTH" not in fail.message
    assert fail.severity is Severity.WARNING
    assert "REGISTRY_AUTH: htpasswd" in fail.remedy[Dialect.COMPOSE].commands[1]


@pytest.mark.parametrize(
    ("port", "severity"),
    [("5000:5000", Severity.ERROR), ("127.0.0.1:5000:5000", Severity.INFO), ("5001:5001", Severity.INFO)],
)
def test_a_port_that_compose_publishes_to_all_is_open_to_all(given: Given, port: str, severity: Severity) -> None:
    text = f"services:\n  registry:\n    image: registry:2\n    ports:\n      - '{port}'\n"
    project = parse_compose_file([(text.encode(), "compose.yml")])
    config = given.config(WIDE, "compose.yml")
    registries = tuple(ComposeRegistry(service, config) for service in project.registry_services())

    fail = given.fail(
        anonymous_access,
        config=config,
        installation=given.installation(Dialect.COMPOSE),
        compose=replace(project, registries=registries),
    )

    assert fail.severity is severity
    assert (fail.evidence[-1].line == 5) is (":5000" in port)


def test_a_file_whose_environment_was_read_as_well_is_certain(given: Given) -> None:
    whole = replace(given.installation(), env_directory=Path("/opt/gitlab/etc/registry/env"))
    fail = given.fail(anonymous_access, config=given.config(NONE), installation=whole)
    assert "REGISTRY_AUTH" not in fail.message
    assert fail.severity is Severity.ERROR


def test_on_loopback_without_a_gitlab_it_is_worth_knowing(given: Given) -> None:
    plain = given.installation(Dialect.PLAIN)
    fail = given.fail(anonymous_access, config=given.config(NONE), installation=plain)
    assert fail.severity is Severity.INFO
    assert "only this host reaches it" in fail.message


def test_on_loopback_with_a_gitlab_it_is_open_to_the_world_through_the_proxy(given: Given) -> None:
    source = given.installation(Dialect.SOURCE, pid=7)
    fail = given.fail(anonymous_access, config=given.config(NONE), installation=source, gitlab=given.gitlab(GITLAB))
    assert fail.severity is Severity.ERROR


def test_a_variable_that_sets_the_way_to_authenticate_counts(given: Given) -> None:
    place = Place("environment of process 7", layer="environment")
    variables = [("REGISTRY_AUTH", "htpasswd", place), ("REGISTRY_AUTH_HTPASSWD_PATH", "/auth/htpasswd", place)]
    config = parse_registry_config(WIDE.encode(), "/etc/docker/registry/config.yml", variables)
    assert "htpasswd" in given.passes(anonymous_access, config=config)


def test_a_mirror_of_public_images_is_open_by_its_configuration_too(given: Given) -> None:
    given.skips(anonymous_access, config=given.config("proxy: {remoteurl: https://registry-1.docker.io}\n"))


def test_with_neither_an_answer_nor_a_configuration_there_is_nothing_to_judge(given: Given) -> None:
    reason = given.skips(
        anonymous_access, public=given.no_such, internal=given.no_such, config=given.no_such, gitlab=given.no_such
    )
    assert "neither" in reason


@pytest.mark.parametrize("scheme", ["token: {realm: https://g}", "htpasswd: {path: /p}", "silly: {realm: r}"])
def test_a_file_with_an_auth_section_passes(given: Given, scheme: str) -> None:
    config = given.config(f"version: 0.1\nauth: {{{scheme}}}\n")
    assert "did not answer" in given.passes(anonymous_access, config=config)


def test_two_ways_to_authenticate_are_not_none(given: Given) -> None:
    config = given.config("version: 0.1\nauth: {token: {realm: r}, htpasswd: {path: p}}\n")
    assert "more than one way" in given.unknown(anonymous_access, config=config)


def test_nothing_known_is_unknown(given: Given) -> None:
    given.unknown(anonymous_access)
    given.unknown(anonymous_access, public=given.public(given.down(given.public_url, FailureKind.TIMEOUT)))


def _compose(given: Given, ports: str) -> dict[str, object]:
    text = f"services:\n  registry:\n    image: registry:2\n{ports}"
    project = parse_compose_file([(text.encode(), "compose.yml")])
    config = given.config(WIDE, "compose.yml")
    registries = tuple(ComposeRegistry(service, config) for service in project.registry_services())
    return {
        "config": config,
        "installation": given.installation(Dialect.COMPOSE),
        "compose": replace(project, registries=registries),
    }


def _nginx(tmp_path: Path, words: str, named: str = "") -> NginxConfig:
    conf = tmp_path / "nginx.conf"
    conf.write_text(
        f"events {{}}\nhttp {{ server {{ listen 80; {named} location /v2/ {{ {words} "
        f"proxy_pass http://{'127.0.0.1' if named else 'registry'}:5000; }} }} }}\n"
    )
    return read_nginx([conf], Installation(tmp_path, Dialect.COMPOSE, live=False))


LOOPBACK_PORT = "    ports: ['127.0.0.1:5000:5000']\n"
ASKS = "auth_basic Registry; auth_basic_user_file /etc/nginx/htpasswd;"


@pytest.mark.parametrize("ports", ["", LOOPBACK_PORT])
def test_a_proxy_that_asks_in_front_of_a_registry_that_nothing_else_reaches_is_healthy(
    given: Given, tmp_path: Path, ports: str
) -> None:
    assert "asks for a password" in given.passes(
        anonymous_access, **_compose(given, ports), nginx=_nginx(tmp_path, ASKS)
    )


@pytest.mark.parametrize("words", ["", "auth_basic off;", "auth_basic $realm;"])
def test_a_proxy_that_asks_nobody_opens_the_registry(given: Given, tmp_path: Path, words: str) -> None:
    fail = given.fail(anonymous_access, **_compose(given, ""), nginx=_nginx(tmp_path, words))
    assert fail.severity is Severity.WARNING


def test_a_proxy_that_asks_is_passed_by_where_the_port_is_open_to_all(given: Given, tmp_path: Path) -> None:
    asked = _compose(given, "    ports: ['5000:5000']\n")
    assert given.fail(anonymous_access, **asked, nginx=_nginx(tmp_path, ASKS)).severity is Severity.ERROR


def test_the_network_of_the_containers_alone_is_worth_knowing(given: Given) -> None:
    fail = given.fail(anonymous_access, **_compose(given, ""))
    assert "only containers of its network reach it" in fail.message
    assert fail.severity is Severity.INFO
