"""Runs the command line, in this process and in one of its own, and serves what a registry would not."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from regdoctor.catalogue import named
from regdoctor.check import Dialect, Fail, Outcome, Remedy, Severity
from regdoctor.cli.app import run
from regdoctor.examination import Examination, Judged
from regdoctor.runner import examine
from regdoctor.target import Target
from tests.e2e import warm_runs


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Ended]


@pytest.fixture(autouse=True)
def _no_secret_of_another_test(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("regdoctor.redaction._known", {})
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def regdoctor(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command in this process."""

    def command(*words: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["regdoctor", *map(str, words)])
        code = run()
        shown = capsys.readouterr()
        return Ended(int(code), shown.out, shown.err)

    return command


@pytest.fixture
def spawn() -> Command:
    """Run a command in a process of its own, whose interpreter runs already."""

    def command(*words: object, stdin: str = "", env: dict[str, str] | None = None) -> Ended:
        done = warm_runs.run([str(word) for word in words], stdin=stdin, environment={**os.environ, **(env or {})})
        return Ended(done.returncode, done.stdout, done.stderr)

    return command


@pytest.fixture
def start() -> Command:
    """Run a command as a shell starts it: a new interpreter, which takes its encoding from `env`, and pipes."""

    def command(*words: object, env: dict[str, str] | None = None) -> Ended:
        done = subprocess.run(
            [sys.executable, "-m", "regdoctor", *map(str, words)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**os.environ, **(env or {})},
            timeout=60,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return command


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address where nothing listens, and nothing can come to while the test runs."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


class Silent:
    """Accepts connections and never answers."""

    def __init__(self) -> None:
        """Listen at once."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.asked = threading.Event()
        """Set when the first connection has come."""
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                self._open.append(self._listener.accept()[0])
            except OSError:
                return
            self.asked.set()

    def close(self) -> None:
        """End all of it."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        for connection in (self._listener, *self._open):
            connection.close()


@pytest.fixture
def silent() -> Iterator[Silent]:
    """A server that accepts and never answers."""
    server = Silent()
    yield server
    server.close()


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"<!DOCTYPE html><html><body>It works!</body></html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - its name in the library

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the library
        """Say nothing."""


@pytest.fixture
def web_page() -> Iterator[str]:
    """The address of a web server that answers everything with a page."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(10)


def fail(severity: Severity | None = None, resource: str = "") -> Fail:
    return Fail("broken", remedy={Dialect.PLAIN: Remedy("mend it")}, severity=severity, resource=resource)


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets every examination come to these outcomes, by the names of the checks, without looking at anything."""

    def put(bug: str = "", **outcomes: Outcome) -> None:
        judged = tuple(Judged(named(name)[0], outcome, 0.0, bug) for name, outcome in outcomes.items())

        def fake(target: Target, *rest: object) -> Examination:
            looked = examine(target, ())
            return Examination(target, looked.gathered, judged, looked.started, looked.seconds)

        monkeypatch.setattr("regdoctor.cli.examination.examine", fake)

    return put


@pytest.fixture
def failure() -> Callable[..., Fail]:
    """Makes a finding of a severity."""
    return fail
