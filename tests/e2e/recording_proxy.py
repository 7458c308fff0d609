"""A real mitmdump with the addon, on loopback, with a configuration folder of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from regdoctor.capture.addon_file import addon_file
from regdoctor.lab.client import status_of
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes


class RecordingProxy:
    """A context manager; what mitmdump printed, the addon's summary included, is in `output` afterwards."""

    def __init__(self, folder: Path, mode: str, *options: str, addon: Path | None = None) -> None:
        """mode: as mitmdump's --mode has it; options: `name=value`; addon: another file than ours."""
        self.folder = folder
        (self.port,) = free_ports(1)
        self.address = f"127.0.0.1:{self.port}"
        self.flows = folder / "all.flow"
        """What mitmdump itself writes, with secrets."""
        self.recording = folder / "clean.flow"
        self._command: Sequence[str | Path] = self._words(mode, options, addon or addon_file())
        self._log = folder / "mitmdump.log"
        self._processes = Processes()

    def __enter__(self) -> Self:
        """Start it. Raises LabError where it does not come up."""
        process = self._processes.start(
            "mitmdump", self._command, log=self._log, environment={**os.environ, "PYTHONUNBUFFERED": "1"}
        )
        process.wait_ready(lambda: f"listening at {self.address}" in self.output, seconds=30.0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it as Ctrl-C or a service manager does."""
        self._processes.stop_all()

    @property
    def output(self) -> str:
        """All that it said."""
        return self._log.read_text("utf-8", "replace") if self._log.exists() else ""

    def status(self, path: str) -> int | None:
        """What GET of a path gets through it in reverse mode."""
        return status_of(f"http://{self.address}{path}")

    def _words(self, mode: str, options: Sequence[str], addon: Path) -> list[str | Path]:
        settings = [f"confdir={self.folder / 'confdir'}", f"regdoctor_record={self.recording}", *options]
        return [
            Path(sys.executable).with_name("mitmdump"),
            *("--listen-host", "127.0.0.1", "--listen-port", str(self.port), "--mode", mode),
            *("--scripts", addon, "--save-stream-file", self.flows),
            *(word for setting in settings for word in ("--set", setting)),
        ]
