"""A configuration that nginx itself refuses is a finding with the line that it would name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from regdoctor.check import Dialect
from regdoctor.checks.proxy.nginx_refuses import nginx_refuses
from regdoctor.evidence.installation import Installation
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.probes.nginx_config import read_nginx

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.proxy.conftest import Proxied


def _read(folder: Path, *lines: str) -> NginxConfig:
    path = folder / "nginx.conf"
    path.write_text("\n".join(("events {}", "http {", "server {", *lines, "}", "}", "")))
    return read_nginx([path], Installation(folder, Dialect.PLAIN, live=False))


def test_a_missing_semicolon_names_both_directives(given: Given, tmp_path: Path) -> None:
    nginx = _read(tmp_path, "client_max_body_size 0", "proxy_read_timeout 900;")
    fail = given.fail(nginx_refuses, nginx=nginx)
    assert 'the semicolon before "proxy_read_timeout" is missing' in fail.message
    assert fail.resource == f"{tmp_path}/nginx.conf:4"
    assert [quote.line for quote in fail.evidence] == [4]
    assert "sudo nginx -t" in fail.remedy[Dialect.PLAIN].commands[0]


def test_a_slip_of_the_pen_names_what_was_meant(given: Given, tmp_path: Path) -> None:
    fail = given.fail(nginx_refuses, nginx=_read(tmp_path, "client_maxbody_size 0;"))
    assert 'did you mean "client_max_body_size"' in fail.message
    assert fail.remedy[Dialect.COMPOSE].text.startswith("Write client_max_body_size in ")


def test_each_fault_is_told(given: Given, tmp_path: Path) -> None:
    nginx = _read(tmp_path, "client_maxbody_size 0;", "proxy_pass http://127.0.0.1;", "client_body_timeout;")
    assert [fail.evidence[0].line for fail in given.fails(nginx_refuses, nginx=nginx)] == [4, 5, 6]


def test_what_nginx_takes_passes(given: Given, proxied: Proxied) -> None:
    given.passes(nginx_refuses, nginx=proxied.read(proxied.server()))
