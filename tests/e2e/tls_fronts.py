"""HAProxy and nginx that terminate TLS before a lone registry, each with the few lines that a test is about."""

from __future__ import annotations

from pathlib import Path

from regdoctor.lab.certificates import Authority
from regdoctor.lab.front import main_conf
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.lab.servers import listens


class TlsFronts:
    """Fronts with one certificate for localhost; each start of a kind ends the former one."""

    def __init__(self, folder: Path, processes: Processes) -> None:
        """Nothing runs yet."""
        self.folder = folder
        self._processes = processes
        (self.port,) = free_ports(1)
        self.url = f"https://localhost:{self.port}"
        authority = Authority("test")
        pair = authority.issue_for_localhost()
        self.ca = folder / "ca.crt"
        self.ca.write_text(authority.certificate)
        self.pem = folder / "front.pem"
        self.pem.write_text(pair.certificate + pair.key)

    def haproxy(self, upstream: int, *, mode: str, alpn: str) -> None:
        """HAProxy in that mode, which offers those protocols, before 127.0.0.1:`upstream`."""
        conf = self.folder / "haproxy.cfg"
        conf.write_text(f"""\
defaults
  mode {mode}
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend registry
  bind 127.0.0.1:{self.port} ssl crt {self.pem} alpn {alpn}
  default_backend registry
backend registry
  server one 127.0.0.1:{upstream}
""")
        self._start("haproxy", ["-db", "-f", conf])

    def nginx(self, upstream: int, listen: str = "ssl") -> None:
        """nginx with these words on its `listen`, before 127.0.0.1:`upstream`."""
        server = f"""
  server {{
    listen 127.0.0.1:{self.port} {listen};
    server_name localhost;
    ssl_certificate {self.pem};
    ssl_certificate_key {self.pem};
    client_max_body_size 0;
    location / {{
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_pass http://127.0.0.1:{upstream};
    }}
  }}
"""
        run = self.folder / "run"
        run.mkdir(exist_ok=True)
        conf = self.folder / "nginx.conf"
        conf.write_text(main_conf(server, run, self.folder / "error.log"))
        self._start("nginx", ["-p", self.folder, "-c", conf, "-e", self.folder / "error.log"])

    def _start(self, program: str, arguments: list[str | Path]) -> None:
        for name in ("haproxy", "nginx"):
            self._processes.stop(name)
        process = self._processes.start(
            program,
            [find_program(program), *arguments],
            log=self.folder / f"{program}.log",
            environment=minimal_environment(self.folder),
        )
        process.wait_ready(lambda: listens(self.port))
