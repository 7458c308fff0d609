"""What docker itself says: a daemon of its own in the stack's folder, which logs in and pushes. It needs root."""

from __future__ import annotations

import io
import os
import shlex
import subprocess
import tarfile
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from regdoctor.lab.errors import LabError
from regdoctor.lab.material import LOGIN, PROJECT
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.lab.skopeo import Run
from regdoctor.lab.stack import Stack

_LIMIT = 120.0
"""Seconds that one command of docker may take: a push that retries takes about 60."""


class DockerDaemon:
    """A dockerd without network of its own, as a context manager; its images and its socket go with it.

    Docker takes every registry on loopback for an insecure one, so no certificate has to be given to it.
    """

    def __init__(self, stack: Stack) -> None:
        """For the registry of `stack`; nothing is started yet. Raises LabError where we are not root."""
        if os.geteuid() != 0:
            raise LabError("dockerd runs as root only")
        self._stack = stack
        self._folder = Path(tempfile.mkdtemp(prefix="docker-", dir=stack.folder))
        self.log = self._folder / "dockerd.log"
        self._processes = Processes()
        self._environment = minimal_environment(stack.folder) | {"DOCKER_CONFIG": str(self._folder / "config")}

    def __enter__(self) -> Self:
        """Start it and wait until it answers. Raises LabError, with the log's end, where it does not."""
        command: list[str | Path] = [
            find_program("dockerd"),
            *("--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=vfs"),
            *("--host", self._host, "--data-root", self._folder / "data", "--exec-root", self._folder / "exec"),
            *("--pidfile", self._folder / "pid", "--config-file", self._folder / "no-daemon.json"),
        ]
        (self._folder / "no-daemon.json").write_text("{}")
        try:
            started = self._processes.start("dockerd", command, log=self.log, environment=self._environment, grace=15)
            started.wait_ready(lambda: self._run("version").exit_code == 0, seconds=60)
        except BaseException:
            self._processes.stop_all()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self._processes.stop_all()

    def log_in(self) -> Run:
        """docker login as the stack's user."""
        host = self._stack.settings.public_host
        return self._run("login", "--username", LOGIN, "--password-stdin", host, stdin=self._password())

    def push(self, tag: str = "pushed-by-docker", kilobytes: int = 0) -> Run:
        """docker push of an image that the registry has no part of yet, with a layer of at least that size."""
        name = f"{self._stack.settings.public_host}/{PROJECT}:{tag}"
        imported = self._run("import", "-", name, stdin=_layer(kilobytes))
        return self._run("push", name) if imported.exit_code == 0 else imported

    @property
    def _host(self) -> str:
        return f"unix://{self._folder}/docker.sock"

    def _password(self) -> bytes:
        return self._stack.material.password.encode()

    def _run(self, *arguments: str, stdin: bytes = b"") -> Run:
        command = [str(find_program("docker")), "--host", self._host, *arguments]
        done = subprocess.run(
            command,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self._environment,
            timeout=_LIMIT,
            check=False,
        )
        return Run(shlex.join(["docker", *arguments]), done.returncode, done.stdout.decode("utf-8", "replace"))


def _layer(kilobytes: int) -> bytes:
    """A tar archive with one file of random content."""
    content = os.urandom(64 + kilobytes * 1024)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("greeting")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()
