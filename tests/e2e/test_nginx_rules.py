"""What the checks of nginx's configuration blame has the effect that they tell of, and what they pass has not.

A real nginx stands in front of a real docker-registry 2.8; the text that nginx runs with is the one that is judged.
"""

from __future__ import annotations

import dataclasses
import http.client
import ssl
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from regdoctor.check import Check, Dialect, Fail, Outcome
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
from regdoctor.evidence.installation import Installation
from regdoctor.formats.gitlab_yml import parse_gitlab_yml
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.injection import Absent
from regdoctor.lab.certificates import Authority, signing_pair
from regdoctor.lab.front import main_conf
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Process, Processes
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.lab.servers import listens
from regdoctor.probes.nginx_config import read_nginx

HEALTHY = {
    "Host": "proxy_set_header Host $http_host;",
    "proto": "proxy_set_header X-Forwarded-Proto $scheme;",
    "size": "client_max_body_size 0;",
    "pass": "proxy_pass http://127.0.0.1:@INNER@;",
}
ABSENT = Absent("not part of this test", applicable=False)
UPLOADS = "/v2/a/blobs/uploads/"


@dataclasses.dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]


class Site:
    """A registry with an nginx before it."""

    def __init__(self, folder: Path, processes: Processes) -> None:
        """Nothing runs yet."""
        self.folder = folder
        self.processes = processes
        self.inner, self.outer = free_ports(2)
        self.error_log = folder / "error.log"
        self.config: RegistryConfig | None = None
        self.nginx: NginxConfig | None = None
        pair, signer = Authority("test").issue_for_localhost(), signing_pair()
        (folder / "server.crt").write_text(pair.certificate)
        (folder / "server.key").write_text(pair.key)
        (folder / "signer.crt").write_text(signer.certificate)
        (folder / "users").write_text("alice:{PLAIN}secret-of-alice\n")

    def registry(self, more: str = "", http: str = "") -> Process:
        """Start the registry; `more` and `http` go to the end of config.yml and of its http."""
        text = (
            f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {self.folder}/storage}}}}\n{more}\n"
            f"http:\n  addr: 127.0.0.1:{self.inner}\n{http}"
        )
        (self.folder / "config.yml").write_text(text)
        self.config = parse_registry_config(text.encode(), str(self.folder / "config.yml"))
        return self.processes.start(
            "registry",
            [find_program("docker-registry"), "serve", self.folder / "config.yml"],
            log=self.folder / "registry.log",
            environment=minimal_environment(self.folder),
        )

    def front(
        self, lines: Mapping[str, str | None] | None = None, *, location: str = "/v2/", outside: str = ""
    ) -> None:
        """Start nginx, its location made of HEALTHY with `lines` in the place of some; None leaves one out."""
        inner = "\n".join(f"      {line}" for line in (HEALTHY | dict(lines or {})).values() if line)
        server = f"""
  {outside}
  server {{
    listen 127.0.0.1:{self.outer} ssl;
    server_name localhost;
    ssl_certificate {self.folder}/server.crt;
    ssl_certificate_key {self.folder}/server.key;
    location {location} {{
{inner}
    }}
  }}
""".replace("@INNER@", str(self.inner))
        run = self.folder / "run"
        run.mkdir(exist_ok=True)
        conf = self.folder / "nginx.conf"
        conf.write_text(main_conf(server, run, self.error_log))
        self.nginx = read_nginx([conf], Installation(None, Dialect.PLAIN, live=False))
        process = self.processes.start(
            "nginx",
            [find_program("nginx"), "-p", self.folder, "-c", conf, "-e", self.error_log],
            log=self.folder / "nginx.log",
            environment=minimal_environment(self.folder),
        )
        process.wait_ready(lambda: listens(self.outer))

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """One request by https."""
        context = ssl._create_unverified_context()  # noqa: S323 - it is our own, a moment old
        connection = http.client.HTTPSConnection("localhost", self.outer, context=context, timeout=10)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()})
        finally:
            connection.close()

    def location(self) -> str:
        """Where the registry sends an upload on to."""
        answer = self.ask("POST", UPLOADS)
        assert answer.status == 202, answer
        return answer.headers["location"].partition("/v2/")[0]

    def blamed(self, check: Check, **more: object) -> Fail | None:
        """The finding of a check about what runs, or None."""
        known: dict[str, Any] = {name: ABSENT for name, wanted in check.inputs.items() if wanted.optional}
        gitlab = parse_gitlab_yml(
            f"production: {{registry: {{host: localhost, port: {self.outer}}}}}".encode(), "gitlab.yml"
        )
        given = {"nginx": self.nginx, "config": self.config, "gitlab": gitlab, "start": ABSENT} | more
        said = check.judge(**(known | {name: value for name, value in given.items() if name in check.inputs}))
        outcomes: list[Outcome] = list(said) if isinstance(said, Iterable) else [said]
        return next((outcome for outcome in outcomes if isinstance(outcome, Fail)), None)

    @property
    def url(self) -> str:
        """What clients use."""
        return f"https://localhost:{self.outer}"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site whose registry runs, without authentication."""
    processes = Processes()
    try:
        here = Site(tmp_path, processes)
        here.registry().wait_ready(lambda: listens(here.inner))
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
    assert found.startswith(leads.format(outer=site.outer, inner=site.inner))
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
    site.registry(http="  prefix: /registry/\n").wait_ready(lambda: listens(site.inner))
    assert site.ask("GET", "/v2/").status == 404
    assert site.blamed(registry_under_a_path) is not None


def test_a_password_before_a_token(site: Site) -> None:
    token = "auth: {token: {realm: https://gitlab.example.com/jwt/auth, service: s, issuer: i, rootcertbundle: %s}}"
    site.registry(token % (site.folder / "signer.crt")).wait_ready(lambda: listens(site.inner))
    assert site.ask("GET", "/v2/", Authorization="Bearer x").headers["www-authenticate"].startswith("Bearer")
    assert site.blamed(basic_auth_before_tokens) is None

    site.front({"basic": "auth_basic Registry;", "users": f"auth_basic_user_file {site.folder}/users;"})
    refused = site.ask("GET", "/v2/", Authorization="Bearer x")
    assert (refused.status, refused.headers["www-authenticate"]) == (401, 'Basic realm="Registry"')
    assert site.blamed(basic_auth_before_tokens) is not None


def test_localhost_by_ipv6_is_refused(site: Site) -> None:
    # What nginx makes of `localhost` with both lines in /etc/hosts is an upstream of these two servers.
    both = f"upstream both {{ server [::1]:{site.inner}; server 127.0.0.1:{site.inner}; }}"
    site.front({"pass": "proxy_pass http://both;"}, outside=both)
    assert site.ask("GET", "/v2/").status == 200
    said = site.error_log.read_text()  # "(111: Connection refused)" where there is IPv6
    assert 'while connecting to upstream, client: 127.0.0.1, server: localhost, request: "GET /v2/ HTTP/1.1"' in said
    assert f'upstream: "http://[::1]:{site.inner}/v2/"' in said


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
    process = site.registry(http=f"  host: {host}\n")
    process.wait_ended()
    assert 'could not parse http "host" parameter' in process.log.read_text()
    assert site.blamed(http_host_overrides) is not None


@pytest.mark.parametrize("host", ["registry.example.com", "registry.example.com:5000", "localhost:5000"])
def test_a_host_without_a_scheme_has_no_effect(host: str, site: Site) -> None:
    site.registry(http=f"  host: {host}\n").wait_ready(lambda: listens(site.inner))
    assert site.location() == site.url
    assert site.blamed(http_host_overrides) is not None


def test_a_host_wins_over_relative_urls(site: Site) -> None:
    site.registry(http="  relativeurls: true\n").wait_ready(lambda: listens(site.inner))
    assert site.location() == ""
    site.registry(http="  relativeurls: true\n  host: https://other.example.com\n").wait_ready(
        lambda: listens(site.inner)
    )
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
