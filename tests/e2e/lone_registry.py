"""A docker-registry by itself: its config.yml, its start and its end, what it says and what it answers."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.lab.client import Answer, send, status_of
from regdoctor.lab.errors import LabError
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import wait_until
from regdoctor.lab.programs import find_program, minimal_environment

_TOP_LEVEL = re.compile(r"^(\w+):", re.MULTILINE)
"""The name of a section: what begins a line."""
_GRACE = 5.0
"""Seconds from SIGTERM to SIGKILL; without uploads the registry ends within milliseconds."""


class LoneRegistry:
    """One registry in a folder of its own; each start ends the former one.

    In a configuration @PORT and @DEBUG stand for its two ports.
    """

    def __init__(self, folder: Path) -> None:
        """Nothing runs yet. `folder` is made where it is missing; images go to `data` in it."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.file = folder / "config.yml"
        self.port, self.debug_port = free_ports(2)
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / "registry.log"
        self._started: subprocess.Popen[bytes] | None = None

    def write(self, settings: str = "") -> None:
        """Write whole sections of config.yml as they stand, after those of a minimal one that they leave out."""
        minimal = {
            "version": "version: 0.1\n",
            "storage": f"storage: {{filesystem: {{rootdirectory: {self.folder}/data}}}}\n",
            "http": "http: {addr: '127.0.0.1:@PORT'}\n",
        }
        given = set(_TOP_LEVEL.findall(settings))
        self.write_whole("".join(text for name, text in minimal.items() if name not in given) + settings)

    def write_whole(self, text: str) -> None:
        """Write config.yml with nothing added."""
        self.file.write_text(text.replace("@PORT", str(self.port)).replace("@DEBUG", str(self.debug_port)))

    def config(self, variables: Mapping[str, str] | None = None) -> RegistryConfig:
        """The configuration as regdoctor reads it, with these variables laid over it."""
        place = Place("environment of the service", 1, "environment")
        given = [(name, value, place) for name, value in (variables or {}).items()]
        return parse_registry_config(self.file.read_bytes(), str(self.file), given)

    def start(self, variables: Mapping[str, str] | None = None) -> bool:
        """Start it with what is written, and with these variables alone beside the minimal ones.

        Returns when it answers /v2/ on its port, whatever the status: True; or when it has ended: False. Raises
        LabError where it does neither.
        """
        self.stop()
        with self._log.open("wb") as output:
            self._started = subprocess.Popen(
                [find_program("docker-registry"), "serve", self.file],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**minimal_environment(self.folder), **(variables or {})},
            )
        # A registry that speaks TLS answers a request without it, too: with 400.
        self._wait(lambda: not self.running or self.status() is not None, "an answer or its end")
        return self.running

    def serve(self, settings: str = "", variables: Mapping[str, str] | None = None) -> None:
        """Write the settings and start it; fails with its log where it ends instead."""
        self.write(settings)
        assert self.start(variables), self.log

    def refuse(self, settings: str = "", variables: Mapping[str, str] | None = None) -> str:
        """Write the settings and start it; what it says as it ends with an error. Fails where it runs on."""
        self.write(settings)
        assert not self.start(variables), self.log
        assert self.exit_code, self.log
        return self.log

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._started is not None and self._started.poll() is None

    @property
    def exit_code(self) -> int | None:
        """What it ended with, negative for a signal; None while it runs, and before its first start."""
        return None if self._started is None else self._started.poll()

    @property
    def log(self) -> str:
        """All that it said since its last start."""
        return self._log.read_text("utf-8", "replace")

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """One request; of any method it says how long its body is."""
        length = {"Content-Length": str(len(body))}
        return send(method, f"{self.url}{path}", headers={**length, **(headers or {})}, body=body)

    def status(self) -> int | None:
        """What GET of /v2/ gets; None where nothing answers."""
        return status_of(f"{self.url}/v2/")

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for something that comes of it while it runs; fails with its log where it ends.

        Raises LabError, with its log, where that does not come in 15 s.
        """
        self._wait(lambda: not self.running or condition(), what)
        assert self.running, self.log

    def stop(self) -> None:
        """End it, this one process; its log and its exit code stay."""
        if self._started is None or not self.running:
            return
        self._started.terminate()
        try:
            self._started.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._started.kill()
            self._started.wait()

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        try:
            wait_until(condition, what)
        except LabError as error:
            raise LabError(f"{error}, of a registry that says:\n{self.log}") from error
