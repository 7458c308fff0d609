"""What the checks of nginx's configuration blame has the effect that they tell of, and what they pass has not.

A real nginx stands in front of a real docker-registry 2.8; the text that nginx runs with is the one that is judged.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from regdoctor.check import Check
from regdoctor.checks.proxy.basic_auth_before_tokens import basic_auth_before_tokens
from regdoctor.checks.proxy.body_size_limited import body_size_limited
from regdoctor.checks.proxy.forwarded_header_hides_scheme import forwarded_header_hides_scheme
from regdoctor.checks.proxy.http_host_overrides import http_host_overrides
from regdoctor.checks.proxy.location_loses_port import location_loses_port
from regdoctor.checks.proxy.location_shows_upstream import location_shows_upstream
from regdoctor.checks.proxy.location_wrong_scheme import location_wrong_scheme
from regdoctor.checks.proxy.proxy_pass_doubles_slash import proxy_pass_doubles_slash
from regdoctor.checks.proxy.registry_under_a_path import registry_under_a_path
from regdoctor.checks.proxy.request_buffering import request_buffering
from regdoctor.lab.certificates import signing_pair
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.nginx_site import UPLOADS, Site

HTTP = "http:\n  addr: 127.0.0.1:@PORT\n"
"""The registry's own http, to which a test adds."""


@pytest.fixture
def site(tmp_path: Path, lone_registry: LoneRegistry) -> Iterator[Site]:
    """A site whose registry runs, without authentication."""
    processes = Processes()
    try:
        here = Site(tmp_path, processes, lone_registry)
        lone_registry.serve()
        here.front()
        yield here
    finally:
        processes.stop_all()


@pytest.mark.parametrize(
    ("check", "lines", "leads"),
    [
        (location_wrong_scheme, {"proto": None}, "http://localhost:{outer}"),
        (location_wrong_scheme, {"proto": 'proxy_set_header X-Forwarded-Proto "https,$scheme";'}, "https,https://"),
        (location_loses_port, {"Host": "proxy_set_header Host $host;"}, "https://localhost"),
        (location_shows_upstream, {"Host": None}, "https://127.0.0.1:{inner}"),
        (
            forwarded_header_hides_scheme,
            {"more": "proxy_set_header Forwarded for=$remote_addr;"},
            "http://localhost:{outer}",
        ),
    ],
    ids=lambda value: value.name if isinstance(value, Check) else "",
)
def test_location_is_as_the_check_says(check: Check, lines: dict[str, str | None], leads: str, site: Site) -> None:
    assert site.location() == site.url
    assert site.blamed(check) is None

    site.front(lines)
    found = site.location()
    assert found.startswith(leads.format(outer=site.outer, inner=site.registry.port))
    assert found != site.url
    assert site.blamed(check) is not None


@pytest.mark.parametrize(
    "lines",
    [
        {"proto": "proxy_set_header X-Forwarded-Proto https;"},
        {"Host": "proxy_set_header Host $host:$server_port;"},
        {"Host": None, "forwarded": "proxy_set_header X-Forwarded-Host $http_host;"},
        {"forwarded": 'proxy_set_header Forwarded "for=$remote_addr;proto=https";'},
    ],
)
def test_what_the_checks_of_location_pass_is_right(lines: dict[str, str | None], site: Site) -> None:
    site.front(lines)
    assert site.location() == site.url
    for check in (location_wrong_scheme, location_loses_port, location_shows_upstream, forwarded_header_hides_scheme):
        assert site.blamed(check) is None


def test_a_layer_above_the_limit_is_refused(site: Site) -> None:
    layer = b"x" * (2 << 20)
    path = site.ask("POST", UPLOADS).headers["location"].removeprefix(site.url)
    assert site.ask("PATCH", path, layer).status == 202
    assert site.blamed(body_size_limited) is None

    site.front({"size": None})
    path = site.ask("POST", UPLOADS).headers["location"].removeprefix(site.url)
    assert site.ask("PATCH", path, layer).status == 413
    assert site.blamed(body_size_limited) is not None


@pytest.mark.parametrize(
    ("location", "path", "status"), [("/v2", "/v2/", 301), ("/v2/", "/v2", 404), ("/v2/", "/", 404)]
)
def test_a_path_in_proxy_pass_changes_what_is_asked_for(location: str, path: str, status: int, site: Site) -> None:
    site.front({"pass": f"proxy_pass http://127.0.0.1:@INNER@{path};"}, location=location)
    assert site.ask("POST", UPLOADS).status == status
    assert site.blamed(proxy_pass_doubles_slash) is not None

    site.front({"pass": "proxy_pass http://127.0.0.1:@INNER@;"}, location=location)
    assert site.ask("POST", UPLOADS).status == 202
    assert site.blamed(proxy_pass_doubles_slash) is None


def test_a_registry_below_a_path_is_not_found(site: Site) -> None:
    site.front({"rewrite": "rewrite ^/registry/(.*) /$1 break;"}, location="/registry/")
    assert site.ask("GET", "/v2/").status == 404
    assert site.blamed(registry_under_a_path) is not None


def test_a_prefix_of_the_registry_is_not_found_behind_v2(site: Site) -> None:
    site.registry.serve(HTTP + "  prefix: /registry/\n")
    assert site.ask("GET", "/v2/").status == 404
    assert site.blamed(registry_under_a_path) is not None


def test_a_password_before_a_token(site: Site) -> None:
    token = "auth: {token: {realm: https://gitlab.example.com/jwt/auth, service: s, issuer: i, rootcertbundle: %s}}"
    (site.folder / "signer.crt").write_text(signing_pair().certificate)
    site.registry.serve(token % (site.folder / "signer.crt"))
    assert site.ask("GET", "/v2/", Authorization="Bearer x").headers["www-authenticate"].startswith("Bearer")
    assert site.blamed(basic_auth_before_tokens) is None

    (site.folder / "users").write_text("alice:{PLAIN}secret-of-alice\n")
    site.front({"basic": "auth_basic Registry;", "users": f"auth_basic_user_file {site.folder}/users;"})
    refused = site.ask("GET", "/v2/", Authorization="Bearer x")
    assert (refused.status, refused.headers["www-authenticate"]) == (401, 'Basic realm="Registry"')
    assert site.blamed(basic_auth_before_tokens) is not None


def test_localhost_by_ipv6_is_refused(site: Site) -> None:
    # What nginx makes of `localhost` with both lines in /etc/hosts is an upstream of these two servers.
    both = f"upstream both {{ server [::1]:{site.registry.port}; server 127.0.0.1:{site.registry.port}; }}"
    site.front({"pass": "proxy_pass http://both;"}, outside=both)
    assert site.ask("GET", "/v2/").status == 200
    said = site.error_log.read_text()  # "(111: Connection refused)" where there is IPv6
    assert 'while connecting to upstream, client: 127.0.0.1, server: localhost, request: "GET /v2/ HTTP/1.1"' in said
    assert f'upstream: "http://[::1]:{site.registry.port}/v2/"' in said


def test_chunks_are_kept_on_disk_by_http_1_0_and_passed_on_by_1_1(site: Site) -> None:
    warning = "a client request body is buffered to a temporary file"

    def send(lines: Mapping[str, str | None]) -> bool:
        site.error_log.write_text("")
        site.front(lines, outside=f"error_log {site.error_log} warn;")
        path = site.ask("POST", UPLOADS).headers["location"].removeprefix(site.url)
        chunks: Any = (b"x" * 65536 for _ in range(16))
        assert site.ask("PATCH", path, chunks).status == 202
        return warning in site.error_log.read_text()

    assert send({"buffering": "proxy_request_buffering off;"})
    assert site.blamed(request_buffering) is not None
    assert not send({"buffering": "proxy_request_buffering off;", "version": "proxy_http_version 1.1;"})
    assert site.blamed(request_buffering) is None


@pytest.mark.parametrize("host", ["192.0.2.7:5000", "'://registry'", "'http://registry:port'"])
def test_a_host_that_is_no_url_stops_the_registry(host: str, site: Site) -> None:
    assert 'could not parse http "host" parameter' in site.registry.refuse(f"{HTTP}  host: {host}\n")
    assert site.blamed(http_host_overrides) is not None


@pytest.mark.parametrize("host", ["registry.example.com", "registry.example.com:5000", "localhost:5000"])
def test_a_host_without_a_scheme_has_no_effect(host: str, site: Site) -> None:
    site.registry.serve(f"{HTTP}  host: {host}\n")
    assert site.location() == site.url
    assert site.blamed(http_host_overrides) is not None


def test_a_host_wins_over_relative_urls(site: Site) -> None:
    site.registry.serve(HTTP + "  relativeurls: true\n")
    assert site.location() == ""
    site.registry.serve(HTTP + "  relativeurls: true\n  host: https://other.example.com\n")
    assert site.location() == "https://other.example.com"
    assert site.blamed(http_host_overrides) is not None


def test_nginx_refuses_a_name_that_nobody_has(tmp_path: Path) -> None:
    conf = tmp_path / "nginx.conf"
    conf.write_text(
        f"pid {tmp_path}/pid; events {{}} http {{ access_log off; server {{ listen 127.0.0.1:28443; "
        "location / { proxy_pass http://registry.invalid:5000; } } }"
    )
    run = subprocess.run(
        [find_program("nginx"), "-t", "-c", conf, "-p", tmp_path, "-e", "stderr"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode != 0
    assert 'host not found in upstream "registry.invalid"' in run.stderr
