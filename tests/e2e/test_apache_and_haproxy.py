"""A real Apache and a real HAProxy, each broken, named, mended by the line that the remedy gives, and healthy again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from regdoctor.lab.certificates import Authority
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.lab.servers import listens
from tests.e2e import warm_runs
from tests.e2e.lone_registry import LoneRegistry

_MODULES = Path("/usr/lib/apache2/modules")
_NEEDED = (
    "alias",
    "authz_core",
    "headers",
    "mpm_event",
    "proxy",
    "proxy_http",
    "rewrite",
    "socache_shmcb",
    "ssl",
)
WRITES = ("--allow-writes",)


@pytest.fixture
def front(tmp_path: Path, lone_registry: LoneRegistry) -> Iterator[Front]:
    """A registry runs; nothing stands before it yet."""
    lone_registry.serve()
    processes = Processes()
    yield Front(tmp_path, processes, lone_registry.port)
    processes.stop_all()


class Front:
    """One proxy that ends TLS for localhost before 127.0.0.1:`upstream`; each start ends the former one."""

    def __init__(self, folder: Path, processes: Processes, upstream: int) -> None:
        """Nothing runs yet."""
        self.folder, self._processes, self._upstream = folder, processes, upstream
        (self.port,) = free_ports(1)
        self.url = f"https://localhost:{self.port}"
        authority = Authority("test")
        pair = authority.issue_for_localhost()
        (folder / "ca.crt").write_text(authority.certificate)
        (folder / "front.pem").write_text(pair.certificate + pair.key)

    def haproxy(self, *lines: str) -> None:
        """HAProxy with these lines in its frontend."""
        inner = "\n".join(f"  {line}" for line in lines)
        self._start(
            "haproxy",
            f"""\
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend registry
  bind 127.0.0.1:{self.port} ssl crt {self.folder}/front.pem
{inner}
  default_backend registry
backend registry
  server one 127.0.0.1:{self._upstream}
""",
            "-db",
            "-f",
        )

    def apache(self, *lines: str) -> None:
        """Apache with these lines at the beginning of its virtual host."""
        modules = "\n".join(f"LoadModule {name}_module {_MODULES}/mod_{name}.so" for name in _NEEDED)
        inner = "\n".join(f"  {line}" for line in lines)
        self._start(
            "apache2",
            f"""\
ServerName localhost
Listen 127.0.0.1:{self.port}
PidFile {self.folder}/apache.pid
ErrorLog {self.folder}/apache-error.log
DefaultRuntimeDir {self.folder}
{modules}
<VirtualHost *:{self.port}>
{inner}
  SSLEngine on
  SSLCertificateFile {self.folder}/front.pem
  ProxyPass / http://127.0.0.1:{self._upstream}/
</VirtualHost>
""",
            "-D",
            "FOREGROUND",
            "-f",
        )

    def examine(self, check: str, *more: str) -> dict[str, Any]:
        """The one outcome of a check, as `regdoctor check` reports it."""
        words = [check, "--registry", self.url, "--ca-file", str(self.folder / "ca.crt"), *more, "--format", "json"]
        done = warm_runs.run(
            ["check", *words],
            stdin="",
            environment={**os.environ, "XDG_STATE_HOME": str(self.folder / "state")},
            folder=self.folder,
        )
        assert "Traceback" not in done.stderr, done.stderr
        (row,) = json.loads(done.stdout)["outcomes"]
        return dict(row)

    def _start(self, name: str, text: str, *options: str) -> None:
        self._processes.stop(name)
        conf = self.folder / f"{name}.conf"
        conf.write_text(text)
        process = self._processes.start(
            name,
            [find_program(name), *options, conf],
            log=self.folder / f"{name}.log",
            environment=minimal_environment(self.folder),
        )
        process.wait_ready(lambda: listens(self.port))


def lines_for(finding: dict[str, Any], proxy: str) -> list[str]:
    """What the remedy's commands have the user write into this proxy, without the comments."""
    command = next(one for one in finding["remedy"]["commands"] if proxy in one or "in the proxy" not in one)
    return [line for line in command.splitlines() if not line.startswith("#")]


@dataclass(frozen=True)
class Case:
    """A broken proxy, and the check that names what is wrong."""

    proxy: str
    check: str
    broken: tuple[str, ...]
    arguments: tuple[str, ...] = ()


CASES = {
    "Apache tells no scheme": Case("Apache", "location_wrong_scheme", ("ProxyPreserveHost On",), WRITES),
    "Apache tells its upstream's name": Case(
        "Apache",
        "location_shows_upstream",
        ("ProxyAddHeaders Off", 'RequestHeader set X-Forwarded-Proto "https"'),
        WRITES,
    ),
    "Apache rewrites POST to a redirect": Case(
        "Apache",
        "post_redirected",
        ("RewriteEngine on", "RewriteCond %{REQUEST_METHOD} =POST", "RewriteRule ^ /elsewhere [R=302,L]"),
    ),
    "HAProxy tells no scheme": Case("HAProxy", "location_wrong_scheme", (), WRITES),
}


@pytest.mark.parametrize("name", CASES)
def test_the_line_of_the_remedy_mends_it(name: str, front: Front) -> None:
    case = CASES[name]
    start = {"Apache": front.apache, "HAProxy": front.haproxy}[case.proxy]
    start(*case.broken)

    finding = front.examine(case.check, *case.arguments)

    assert finding["outcome"] == "fail", finding
    start(*lines_for(finding, case.proxy), *case.broken)
    mended = front.examine(case.check, *case.arguments)
    assert mended["outcome"] == "pass", mended


def test_a_redirect_of_haproxy_is_mended_by_the_condition_that_the_remedy_appends(front: Front) -> None:
    redirect = "http-request redirect location /elsewhere code 302 if { method POST }"
    front.haproxy(redirect)

    finding = front.examine("post_redirected")

    assert finding["outcome"] == "fail", finding
    (condition,) = lines_for(finding, "HAProxy")
    front.haproxy(f"{redirect} {condition}")
    assert front.examine("post_redirected")["outcome"] == "pass"


@pytest.mark.parametrize("proxy", ["apache", "haproxy"])
def test_who_does_not_reach_the_registry_is_named_without_its_page(
    proxy: str, front: Front, lone_registry: LoneRegistry
) -> None:
    getattr(front, proxy)()
    lone_registry.stop()

    finding = front.examine("registry_unreachable")

    assert finding["outcome"] == "fail", finding
    assert {"apache": "Apache", "haproxy": "HAProxy"}[proxy] in finding["message"]
    assert "<" not in finding["message"]


def test_a_registry_that_a_prefix_moved_is_no_healthy_one(front: Front, lone_registry: LoneRegistry) -> None:
    lone_registry.stop()
    lone_registry.serve("http: {addr: '127.0.0.1:@PORT', prefix: /reg/}\n")
    front.haproxy("http-request set-header X-Forwarded-Proto https")

    finding = front.examine("not_a_registry")

    assert finding["outcome"] == "fail", finding
    assert finding["failure_modes"] == ["PROXY-13"]
    assert "http.prefix" in finding["remedy"]["text"]


def test_a_firewall_that_refuses_every_request_is_a_finding(front: Front) -> None:
    front.haproxy("http-request deny if { path_beg /v2/ }")

    finding = front.examine("not_a_registry")

    assert finding["outcome"] == "fail", finding
    assert finding["failure_modes"] == ["PROXY-16", "PROXY-21"]
    assert "rule of HAProxy" in finding["remedy"]["text"]
