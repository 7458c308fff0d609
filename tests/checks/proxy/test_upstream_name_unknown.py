"""A name that no service of the Compose project has keeps nginx from starting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail, Pass, Severity, Skip, Unknown
from regdoctor.checks.proxy.upstream_name_unknown import upstream_name_unknown
from regdoctor.formats.compose_file import ComposeFile, parse_compose_file

if TYPE_CHECKING:
    from tests.checks.proxy.conftest import Proxied


PROJECT = """
services:
  reg: {{image: "registry:2"{reg}}}
  nginx:
    image: nginx:1.27
    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]
{nginx}
"""


def _compose(proxied: Proxied, reg: str = "", nginx: str = "") -> ComposeFile:
    text = PROJECT.format(reg=reg, nginx=nginx)
    return parse_compose_file([(text.encode(), str(proxied.folder / "root/etc/nginx/docker-compose.yml"))])


REGISTRY = "proxy_pass http://registry:5000;"


def test_a_name_that_no_service_has_is_a_finding(proxied: Proxied) -> None:
    fail = proxied.one(upstream_name_unknown, proxied.server(REGISTRY), compose=_compose(proxied))
    assert isinstance(fail, Fail)
    assert (fail.severity, fail.resource) == (None, "registry")
    assert fail.remedy[Dialect.PLAIN].commands[0] == "proxy_pass http://reg:5000;"


def test_looked_up_later_it_is_an_error_only(proxied: Proxied) -> None:
    text = proxied.server("set $up http://registry:5000;", "proxy_pass $up;")
    assert proxied.one(upstream_name_unknown, text, compose=_compose(proxied)).severity is Severity.ERROR


@pytest.mark.parametrize(
    ("reg", "nginx"),
    [
        (", container_name: registry", ""),
        (", networks: {default: {aliases: [registry]}}", ""),
        ("", "    links: ['reg:registry']"),
        ("", "    extra_hosts: ['registry:192.0.2.7']"),
    ],
)
def test_names_that_are_given_pass(proxied: Proxied, reg: str, nginx: str) -> None:
    outcome = proxied.one(upstream_name_unknown, proxied.server(REGISTRY), compose=_compose(proxied, reg, nginx))
    assert isinstance(outcome, Pass)


def test_another_network_may_know_more_names(proxied: Proxied) -> None:
    compose = _compose(proxied, nginx="    networks: [shared]")
    assert isinstance(proxied.one(upstream_name_unknown, proxied.server(REGISTRY), compose=compose), Unknown)


@pytest.mark.parametrize("line", ["proxy_pass http://registry.example.com:5000;", "proxy_pass http://127.0.0.1:5000;"])
def test_addresses_and_full_names_are_not_docker_s(proxied: Proxied, line: str) -> None:
    outcome = proxied.one(upstream_name_unknown, proxied.server(line), compose=_compose(proxied))
    assert isinstance(outcome, Pass)


def test_a_configuration_that_nobody_mounts_is_skipped(proxied: Proxied) -> None:
    compose = parse_compose_file([(b"services: {reg: {image: 'registry:2'}}", "/elsewhere/docker-compose.yml")])
    assert isinstance(proxied.one(upstream_name_unknown, proxied.server(REGISTRY), compose=compose), Skip)
