"""The recorder of the walk, and what `regdoctor capture analyze` makes of what it recorded."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from regdoctor.lab.processes import wait_until
from tests.e2e import warm_runs
from tests.e2e.private_mounts import HOSTS, PrivateMounts, hosts_file, trust_store
from tests.e2e.recording_proxy import RecordingProxy
from tests.e2e.walk_site import NAMES, Site


class NamedProxy(RecordingProxy):
    """A recorder that knows where the names lead, and trusts the site's authority."""

    def __init__(self, folder: Path, site: Site, modes: Sequence[str], *options: str) -> None:
        """As RecordingProxy; modes: it stands in all of them, `address` is that of the first. Makes `folder`."""
        folder.mkdir()
        super().__init__(folder, modes[0], f"ssl_verify_upstream_trusted_ca={site.stack.tree.ca_file}", *options)
        self._command = [*self._command, *(word for mode in modes[1:] for word in ("--mode", mode))]
        self._modes = len(modes)
        hosts = hosts_file(folder / "hosts-of-the-recorder", dict.fromkeys(NAMES, "127.0.0.1"))
        self._processes = PrivateMounts({HOSTS: hosts})

    def __enter__(self) -> Self:
        """As RecordingProxy, in all modes."""
        super().__enter__()
        try:
            wait_until(lambda: self.output.count(" listening at ") == self._modes, "all modes of mitmdump")
        except BaseException:
            self._processes.stop_all()
            raise
        return self

    @property
    def said(self) -> str:
        """All that it said, on one line: however wide it thought the terminal."""
        return " ".join(self.output.split())

    def trusting(self) -> Path:
        """The system's trust store with the recorder's own authority added."""
        own = self.folder / "confdir/mitmproxy-ca-cert.pem"
        return trust_store(self.folder / "ca-certificates.crt", own.read_text("utf-8"))


@dataclass(frozen=True)
class Analysis:
    """What `regdoctor capture analyze` says of a recording."""

    exit_code: int
    said: str
    """For people, on one line."""
    report: dict[str, Any]
    """Its JSON."""

    def states(self, kind: str) -> list[str]:
        """What became of the sessions of that kind: `ok`, `failed`."""
        return [session["state"] for session in self.report["sessions"] if session["kind"] == kind]

    def about(self, what: str) -> list[str]:
        """What is said to be fine of `login`, `registry`, `bucket` or `uploads`."""
        return [line for line in self.report["fine"] if line.startswith(f"{what}: ")]


def analyze(recording: Path) -> Analysis:
    """By the command itself, once for people and once for machines."""
    (code, said), (same, report) = (_run("capture", "analyze", str(recording), "--format", form) for form in _FORMS)
    assert code == same
    return Analysis(code, " ".join(said.split()), json.loads(report))


_FORMS = ("text", "json")


def _run(*words: str) -> tuple[int, str]:
    done = warm_runs.run(words, stdin="", environment=dict(os.environ))
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout
