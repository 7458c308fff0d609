"""The registry takes scheme and host from Forwarded, else from X-Forwarded headers, else from Host."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.forwarded_headers import (
    hides_scheme,
    location_is_fixed,
    registry_speaks_tls,
    told,
    told_host,
    told_scheme,
)
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.proxy_rules import Route, registry_routes
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.injection import Absent
from regdoctor.probes.nginx_config import read_nginx

ABSENT = Absent("not looked at")


def _read(folder: Path, *headers: str, to: str = "http://127.0.0.1:5000") -> tuple[Route, NginxConfig]:
    lines = " ".join(f"proxy_set_header {header};" for header in headers)
    path = folder / "nginx.conf"
    path.write_text(f"http {{ server {{ location /v2/ {{ {lines} proxy_pass {to}; }} }} }}")
    nginx = read_nginx([path], Installation(folder, Dialect.PLAIN, live=False))
    (route,) = registry_routes(nginx, ABSENT, ABSENT)
    return route, nginx


def _config(http: str) -> RegistryConfig:
    return parse_registry_config(f"http: {{{http}}}".encode(), "config.yml")


@pytest.mark.parametrize(
    ("headers", "scheme", "host"),
    [
        ((), (), ("$proxy_host",)),
        (("Host $host", "X-Forwarded-Proto https"), ("https",), ("$host",)),
        (("Host $host", "x-forwarded-host $http_host"), (), ("$http_host",)),
        (("Host $host", 'X-Forwarded-Host ""'), (), ("$host",)),
        (
            ('Forwarded "for=$remote_addr; Proto=https;host=r.example.com"', "X-Forwarded-Proto http", "Host x"),
            ("https",),
            ("r.example.com",),
        ),
        (("Forwarded for=$remote_addr", "X-Forwarded-Host y", "Host x"), ("",), ("x",)),
        (('Forwarded ""', "X-Forwarded-Proto https"), ("https",), ("$proxy_host",)),
    ],
)
def test_each_header_has_its_rank(
    tmp_path: Path, headers: tuple[str, ...], scheme: tuple[str, ...], host: tuple[str, ...]
) -> None:
    route, nginx = _read(tmp_path, *headers)
    assert told_scheme(route, nginx).texts == scheme
    assert told_host(route, nginx).texts == host


def test_a_header_that_is_not_set_is_the_clients(tmp_path: Path) -> None:
    route, nginx = _read(tmp_path)
    assert told("X-Forwarded-Proto", route, nginx).directive is None


def test_forwarded_hides_the_scheme_unless_it_says_it(tmp_path: Path) -> None:
    assert hides_scheme(*_read(tmp_path, "Forwarded for=$remote_addr")) is not None
    for value in ("proto=https", "$http_forwarded", '""'):
        assert hides_scheme(*_read(tmp_path, f"Forwarded {value}")) is None


@pytest.mark.parametrize(
    ("http", "words"),
    [
        ("relativeurls: true", "relative"),
        ("relativeurls: true, host: 'https://r.example.com'", "http.host"),
        ("host: r.example.com", ""),
        ("host: 'http://['", ""),
        ("relativeurls: false", ""),
    ],
)
def test_location_may_not_depend_on_the_proxy(http: str, words: str) -> None:
    assert words in location_is_fixed(_config(http))
    assert bool(location_is_fixed(_config(http))) is bool(words)
    assert location_is_fixed(ABSENT) == ""


def test_a_registry_with_tls_writes_https_by_itself(tmp_path: Path) -> None:
    plain, _ = _read(tmp_path)
    assert registry_speaks_tls(plain, _config("tls: {certificate: /x.crt}"))
    assert not registry_speaks_tls(plain, ABSENT)
    tls, _ = _read(tmp_path, to="https://127.0.0.1:5000")
    assert registry_speaks_tls(tls, ABSENT)
