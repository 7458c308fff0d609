"""The site of GitLab's administration page: a registry, its GitLab and its bucket, each under a name of its own.

Go's programs never ask loopback addresses or `localhost` by a proxy, and docker takes a registry whose name leads to
loopback for an insecure one. So clients are told that these names are elsewhere, where nobody answers (RFC 5737), and
only the recorder and the site itself know where they lead: what arrives has gone by the recorder.
"""

from __future__ import annotations

from dataclasses import astuple, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from regdoctor.lab.certificates import Wishes
from regdoctor.lab.fault import Fault, find_fault
from regdoctor.lab.front import main_conf
from regdoctor.lab.object_store import ObjectStore
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.lab.servers import listens
from regdoctor.lab.settings import Settings
from regdoctor.lab.stack import Stack
from tests.e2e.private_mounts import HOSTS, TRUST_STORE, PrivateMounts, hosts_file, trust_store

NAMES = ("registry.walk.test", "gitlab.walk.test", "s3.walk.test")
"""Of the registry, of GitLab, of the bucket."""
FORBIDDEN = "s3-head-forbidden"
"""The lab's fault of the page."""


class Site:
    """A stack that answers under the names, by TLS all of it, and knows itself where they lead; a context manager."""

    def __init__(self, store: ObjectStore, folder: Path) -> None:
        """Nothing runs yet. folder: for its files, beside the stack's own."""
        self.stack = Stack(store)
        authority = self.stack.material.authority
        server = authority.issue(Wishes(names=("localhost", "127.0.0.1", "::1", *NAMES)))
        self.stack.material = replace(self.stack.material, server=server)
        (self._port,) = free_ports(1)
        self._store, self._folder, self._front = store, folder, Processes()
        hosts = hosts_file(folder / "hosts-of-the-site", dict.fromkeys(NAMES, "127.0.0.1"))
        trusted = trust_store(folder / "trusted-by-the-site", authority.certificate)
        self.stack.processes = PrivateMounts({HOSTS: hosts, TRUST_STORE: trusted})

    def __enter__(self) -> Self:
        """Start it, healthy."""
        try:
            self._start_bucket()
            self.stack.start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self._stop()

    @property
    def origins(self) -> tuple[str, str, str]:
        """Scheme, host and port of the registry, of GitLab and of the bucket."""
        ports = (self.stack.settings.ports.public, self.stack.settings.ports.gitlab, self._port)
        registry, gitlab, bucket = (f"https://{name}:{port}" for name, port in zip(NAMES, ports, strict=True))
        return registry, gitlab, bucket

    def take_on(self, fault: str | None) -> None:
        """Break it in that way, or (None) heal it; in both it sends its clients to the names."""
        broken = find_fault(fault) if fault else None
        _, gitlab, bucket = self.origins

        def named(healthy: Settings) -> Settings:
            settings = broken.settings(healthy) if broken else healthy
            return replace(settings, token_realm=gitlab, store_endpoint=bucket)

        told = broken or Fault("Nothing is broken", check="", failure_modes=())
        self.stack.apply(replace(told, settings=named))

    def _start_bucket(self) -> None:
        """An nginx with TLS before the object store, which has none; the signature covers Host."""
        for name, text in zip(("crt", "key"), astuple(self.stack.material.server), strict=True):
            (self._folder / f"bucket.{name}").write_text(text)
        server = f"""\
server {{
  listen 127.0.0.1:{self._port} ssl;
  ssl_certificate {self._folder}/bucket.crt;
  ssl_certificate_key {self._folder}/bucket.key;
  client_max_body_size 0;
  location / {{
    proxy_set_header Host $http_host;
    proxy_buffering off;
    proxy_request_buffering off;
    proxy_http_version 1.1;
    proxy_pass {self._store.endpoint};
  }}
}}
"""
        conf, log = self._folder / "bucket.conf", self._folder / "bucket.log"
        conf.write_text(main_conf(server, self._folder, log))
        command: list[str | Path] = [find_program("nginx"), "-p", self._folder, "-c", conf, "-e", log]
        front = self._front.start("bucket", command, log=log, environment=minimal_environment(self._folder))
        front.wait_ready(lambda: listens(self._port))

    def _stop(self) -> None:
        self.stack.stop()
        self._front.stop_all()
