"""A name that no service of the Compose project has keeps nginx from starting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail, Pass, Severity, Skip, Unknown
from regdoctor.checks.proxy.upstream_name_unknown import upstream_name_unknown
from regdoctor.evidence.installation import Installation
from regdoctor.formats.compose_file import ComposeFile, parse_compose_file
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.probes.nginx_config import read_nginx

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


UPSTREAM = "  upstream {name} {{ server 127.0.0.1:5000; }}\n"


def _misspelt(proxied: Proxied, upstream: str, passed: str) -> NginxConfig:
    """Read without asking nginx, which would not take it."""
    folder = proxied.folder / "etc"
    folder.mkdir()
    text = UPSTREAM.format(name=upstream) + proxied.server(f"proxy_pass {passed};")
    (folder / "nginx.conf").write_text(f"events {{}}\nhttp {{\n{text}}}\n")
    return read_nginx([folder / "nginx.conf"], Installation(folder, Dialect.PLAIN, live=False))


@pytest.mark.parametrize(
    ("upstream", "passed", "line"),
    [
        ("docker-registry", "http://docker-regstry", "proxy_pass http://docker-registry;"),
        ("registry", "https://regisrty/v2/", "proxy_pass https://registry/v2/;"),
    ],
)
def test_an_upstreams_name_misspelt_is_a_finding_without_compose(
    proxied: Proxied, upstream: str, passed: str, line: str
) -> None:
    fail = proxied.one(upstream_name_unknown, _misspelt(proxied, upstream, passed))
    assert isinstance(fail, Fail)
    assert f'its upstream is "{upstream}"' in fail.message
    assert [quote.quote for quote in fail.evidence][1] == f"upstream {upstream} {{"
    assert fail.remedy[Dialect.PLAIN].commands[0] == line


def test_a_misspelt_upstream_is_told_once_in_a_compose_project(proxied: Proxied) -> None:
    nginx = _misspelt(proxied, "registry-app", "http://regstry-app")
    assert isinstance(proxied.one(upstream_name_unknown, nginx, compose=_compose(proxied)), Fail)


@pytest.mark.parametrize(
    ("upstream", "passed"),
    [
        ("registry1", "http://registry2"),
        ("registry", "http://registry"),
        ("docker-registry", "http://docker-regstry:5000"),
        ("docker-registry", "http://docker-registry.lan"),
        ("registry-ui", "http://registry"),
    ],
)
def test_other_hosts_are_left_alone(proxied: Proxied, upstream: str, passed: str) -> None:
    assert isinstance(proxied.one(upstream_name_unknown, _misspelt(proxied, upstream, passed)), Pass)


def test_without_compose_and_upstreams_nothing_is_judged(proxied: Proxied) -> None:
    assert isinstance(proxied.one(upstream_name_unknown, proxied.server()), Skip)
