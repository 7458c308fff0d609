"""A dockerd with what a test wants it to be told: variables, options, the place of its data. It needs root."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program, minimal_environment

_LIMIT = 110.0
"""Seconds for one command: a push that is tried again takes about 60."""


@dataclass
class OwnDocker:
    """Its sockets and files are in `folder`; whoever owns `processes` stops it."""

    folder: Path
    processes: Processes
    data: Path | None = None
    """The data root; None: in `folder`."""
    settings: str = "{}"
    """Its daemon.json."""

    def start(self, variables: Mapping[str, str] | None = None) -> None:
        """Start it, or start it anew, with these variables beside the minimal ones."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / "daemon.json").write_text(self.settings)
        command: list[str | Path] = [
            find_program("dockerd"),
            *("--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=vfs"),
            *("--host", f"unix://{self.folder}/docker.sock", "--data-root", self.data or self.folder / "data"),
            *("--exec-root", self.folder / "exec", "--pidfile", self.folder / "pid"),
            *("--config-file", self.folder / "daemon.json"),
        ]
        environment = minimal_environment(self.folder) | dict(variables or {})
        log = self.folder / "dockerd.log"
        started = self.processes.start("dockerd", command, log=log, environment=environment, grace=15)
        started.wait_ready(lambda: self.run("version")[0] == 0, seconds=60)

    def run(self, *arguments: str, stdin: bytes = b"") -> tuple[int, str]:
        """One command of docker: its exit code, and all that it says."""
        done = subprocess.run(
            [find_program("docker"), "--host", f"unix://{self.folder}/docker.sock", *arguments],
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=minimal_environment(self.folder) | {"DOCKER_CONFIG": str(self.folder / "client")},
            timeout=_LIMIT,
            check=False,
        )
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def make(self, name: str, kilobytes: int = 1) -> tuple[int, str]:
        """Import an image with one layer of that size."""
        content, archive = os.urandom(kilobytes * 1024), io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as layer:
            member = tarfile.TarInfo("greeting")
            member.size = len(content)
            layer.addfile(member, io.BytesIO(content))
        return self.run("import", "-", name, stdin=archive.getvalue())


def own_name() -> str:
    """A name of this machine that Go's programs do not take for loopback: they ask it by their proxy."""
    name = socket.gethostname()
    assert socket.gethostbyname(name)
    assert name != "localhost"
    return name
