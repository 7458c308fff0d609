"""HAProxy, Apache and squid on loopback, each before one address, with what a test adds to their configurations."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.lab.servers import listens

_APACHE_MODULES = Path("/usr/lib/apache2/modules")
_NEEDED = (
    "mpm_event",
    "authn_core",
    "authn_file",
    "authz_core",
    "authz_user",
    "auth_basic",
    "allowmethods",
    "headers",
    "proxy",
    "proxy_http",
    "rewrite",
)


@dataclass(frozen=True)
class Proxies:
    """Starts them in a folder; whoever owns `processes` stops them."""

    folder: Path
    processes: Processes

    def haproxy(self, upstream: int, *rules: str) -> str:
        """Its URL. `rules` stand in its frontend; `upstream` is a port of loopback."""
        (port,) = free_ports(1)
        lines = "\n".join(f"  {rule}" for rule in rules)
        text = f"""\
defaults
  mode http
  timeout connect 2s
  timeout client 10s
  timeout server 10s
frontend front
  bind 127.0.0.1:{port}
{lines}
  default_backend back
backend back
  server one 127.0.0.1:{upstream}
"""
        return self._start("haproxy", text, port, "-db", "-f")

    def apache(self, upstream: int, *lines: str) -> str:
        """Its URL. `lines` stand in the location of everything; `upstream` is a port of loopback."""
        (port,) = free_ports(1)
        modules = "\n".join(f"LoadModule {name}_module {_APACHE_MODULES}/mod_{name}.so" for name in _NEEDED)
        inner = "\n".join(f"  {line}" for line in lines)
        text = f"""\
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {self.folder}/apache.pid
ErrorLog {self.folder}/apache-error.log
DefaultRuntimeDir {self.folder}
{modules}
ProxyPass / http://127.0.0.1:{upstream}/
<Location />
{inner}
</Location>
"""
        return self._start("apache2", text, port, "-D", "FOREGROUND", "-f")

    def squid(self, upstream: int, *options: str, rules: str = "") -> str:
        """Its URL, as a reverse proxy. `options` are those of its cache_peer; `rules` stand before its http_access."""
        (port,) = free_ports(1)
        # Started by root it works as another user, to whom the folder of a test is shut: it writes nothing there.
        user = "cache_effective_user nobody" if os.geteuid() == 0 else ""
        text = f"""\
http_port 127.0.0.1:{port} accel defaultsite=localhost no-vhost
cache_peer 127.0.0.1 parent {upstream} 0 no-query originserver {" ".join(options)}
{rules}
http_access allow all
cache deny all
pid_filename none
access_log none
cache_log /dev/null
coredump_dir /
shutdown_lifetime 0 seconds
visible_hostname localhost
{user}
"""
        # Its shared memory bears the name of the service: two squids of one name are in each other's way.
        return self._start("squid", text, port, "-N", "-n", f"front{port}", "-f")

    def _start(self, name: str, text: str, port: int, *options: str) -> str:
        conf = self.folder / f"{name}.conf"
        conf.write_text(text)
        process = self.processes.start(
            name,
            [find_program(name), *options, conf],
            log=self.folder / f"{name}.log",
            environment=minimal_environment(self.folder),
        )
        process.wait_ready(lambda: listens(port))
        return f"http://127.0.0.1:{port}"
