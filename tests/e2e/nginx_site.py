"""A real nginx before a lone registry; the text that nginx runs with is the one that checks judge."""

from __future__ import annotations

import dataclasses
import http.client
import ssl
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from regdoctor.check import Check, Dialect, Fail, Outcome
from regdoctor.evidence.installation import Installation
from regdoctor.formats.gitlab_yml import parse_gitlab_yml
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.injection import Absent
from regdoctor.lab.certificates import Authority
from regdoctor.lab.front import main_conf
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.lab.servers import listens
from regdoctor.probes.nginx_config import read_nginx
from tests.e2e.lone_registry import LoneRegistry

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

    def __init__(self, folder: Path, processes: Processes, registry: LoneRegistry) -> None:
        """Nothing runs yet. The registry is stopped by whom it is from."""
        self.folder = folder
        self.processes = processes
        self.registry = registry
        (self.outer,) = free_ports(1)
        self.error_log = folder / "error.log"
        self.nginx: NginxConfig | None = None
        pair = Authority("test").issue_for_localhost()
        (folder / "server.crt").write_text(pair.certificate)
        (folder / "server.key").write_text(pair.key)

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
""".replace("@INNER@", str(self.registry.port))
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
        given = {"nginx": self.nginx, "config": self.registry.config(), "gitlab": gitlab, "start": ABSENT} | more
        said = check.judge(**(known | {name: value for name, value in given.items() if name in check.inputs}))
        outcomes: list[Outcome] = list(said) if isinstance(said, Iterable) else [said]
        return next((outcome for outcome in outcomes if isinstance(outcome, Fail)), None)

    @property
    def url(self) -> str:
        """What clients use."""
        return f"https://localhost:{self.outer}"
