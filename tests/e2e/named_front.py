"""nginx with TLS under a name that Go's programs ask by their proxy, before a lone registry."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from regdoctor.lab.certificates import Authority, Wishes
from regdoctor.lab.front import main_conf
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.lab.servers import listens
from tests.e2e.own_docker import own_name

HEALTHY = ("proxy_set_header Host $http_host;", "proxy_set_header X-Forwarded-Proto $scheme;")


class NamedFront:
    """`url` and `name` are what clients use; `ca` is the file of its authority."""

    def __init__(self, folder: Path, processes: Processes) -> None:
        """Nothing runs yet. `folder` is made where it is missing."""
        folder.mkdir(exist_ok=True)
        (self.port,) = free_ports(1)
        self.name = f"{own_name()}:{self.port}"
        self.url = f"https://{self.name}"
        self.ca = folder / "ca.crt"
        self._folder, self._processes = folder, processes
        authority = Authority("test")
        pair = authority.issue(Wishes(names=(own_name(),), common_name=own_name()))
        self.ca.write_text(authority.certificate)
        (folder / "front.pem").write_text(pair.certificate + pair.key)

    def start(self, upstream: int, lines: Iterable[str] = HEALTHY, largest: str = "0") -> None:
        """Before 127.0.0.1:`upstream`. lines: of its location; largest: client_max_body_size, 0 is without limit."""
        pem, inner = self._folder / "front.pem", "\n".join(lines)
        server = f"""
  server {{
    listen {self.port} ssl;
    server_name {own_name()};
    ssl_certificate {pem};
    ssl_certificate_key {pem};
    client_max_body_size {largest};
    location / {{
{inner}
      proxy_pass http://127.0.0.1:{upstream};
    }}
  }}
"""
        run = self._folder / "run"
        run.mkdir(exist_ok=True)
        conf, log = self._folder / "nginx.conf", self._folder / "error.log"
        conf.write_text(main_conf(server, run, log))
        process = self._processes.start(
            "nginx",
            [find_program("nginx"), "-p", self._folder, "-c", conf, "-e", log],
            log=self._folder / "nginx.log",
            environment=minimal_environment(self._folder),
        )
        process.wait_ready(lambda: listens(self.port))
