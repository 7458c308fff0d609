"""`regdoctor capture run` with a real mitmdump, registry, nginx and skopeo: what it says, and that nothing stays."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from regdoctor.evidence.recorded import Recorded
from regdoctor.lab.client import send
from regdoctor.lab.image import build_image
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes, wait_until
from regdoctor.traffic.reading import read_recordings
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.named_front import HEALTHY, NamedFront

COPY = ("skopeo", "copy", "--insecure-policy")


class Capture:
    """One `regdoctor capture run`, whose temporary files are in a folder of the test."""

    def __init__(self, folder: Path) -> None:
        """Nothing runs yet."""
        self.folder = folder
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.record = folder / "kept.flow"
        self.image = folder / "image"
        build_image("captured").write_folder(self.image)
        (self.port,) = free_ports(1)
        self.address = f"127.0.0.1:{self.port}"
        self._said = folder / "stderr"
        self.process: subprocess.Popen[str] | None = None

    def start(self, *words: object) -> subprocess.Popen[str]:
        """Start it with these words behind --listen."""
        command = [sys.executable, "-m", "regdoctor", "capture", "run", "--listen", self.address, *map(str, words)]
        with self._said.open("w") as said:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
                env={**os.environ, "TMPDIR": str(self.temporary), "HOME": str(self.folder), "COLUMNS": "80"},
            )
        return self.process

    def run(self, *words: object) -> tuple[int, str]:
        """Run it to its end: exit code, and standard output with its lines joined."""
        return self.end(self.start(*words))

    def end(self, process: subprocess.Popen[str]) -> tuple[int, str]:
        """Wait for the end of it."""
        out, _ = process.communicate(timeout=100)
        return process.returncode, " ".join(out.split())

    @property
    def said(self) -> str:
        """All that it and its client said on standard error."""
        return self._said.read_text()

    def children(self) -> list[psutil.Process]:
        """The processes that it started."""
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)

    def wait_listening(self) -> None:
        """Wait until it has said what to set."""
        wait_until(lambda: "Captures at" in self.said, "the capture", seconds=60)

    @property
    def left(self) -> list[str]:
        """What is still in its temporary folder."""
        return [path.name for path in self.temporary.iterdir()]


@pytest.fixture
def capture(tmp_path: Path) -> Iterator[Capture]:
    """One that is ended with the test."""
    made = Capture(tmp_path)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.terminate()
        made.process.wait(60)


@pytest.fixture
def front(tmp_path: Path) -> Iterator[NamedFront]:
    """An nginx with TLS; a test starts it."""
    processes = Processes()
    yield NamedFront(tmp_path / "front", processes)
    processes.stop_all()


def test_a_push_in_reverse_mode(capture: Capture, lone_registry: LoneRegistry) -> None:
    lone_registry.serve()
    target = "docker://{registry}/group/app:1"
    words = (*COPY, "--dest-tls-verify=false", f"dir:{capture.image}", target)
    code, told = capture.run(lone_registry.url, "--record", capture.record, "--", *words)

    assert code == 0, capture.said
    assert "one push: nothing found wrong." in told
    assert "skopeo ended with exit code 0." in capture.said
    assert "put manifest" not in capture.said  # the summary is told once, and that on standard output
    assert " 201 PUT " in capture.said
    assert stat.S_IMODE(capture.record.stat().st_mode) == 0o600
    recorded = [one for one in read_recordings([capture.record]) if isinstance(one, Recorded)]
    assert recorded[-1].exchange.method == "PUT"  # the last call is not lost when the client ends
    assert capture.left == []


def test_a_limit_of_size_seen_in_reverse_mode_before_tls(
    capture: Capture, front: NamedFront, lone_registry: LoneRegistry
) -> None:
    lone_registry.serve()
    front.start(lone_registry.port, largest="10")
    words = (*COPY, "--dest-tls-verify=false", f"dir:{capture.image}", "docker://{registry}/group/app:1")
    code, told = capture.run(front.url, "--ca-file", front.ca, "--format", "json", "--", *words)

    assert code == 1, capture.said
    assert '"check": "body_size_limited"' in told
    assert "skopeo ended with exit code 1." in capture.said


def test_a_push_in_regular_mode_with_tls(capture: Capture, front: NamedFront, lone_registry: LoneRegistry) -> None:
    lone_registry.serve()
    front.start(lone_registry.port)
    words = (*COPY, f"dir:{capture.image}", f"docker://{front.name}/group/app:1")
    code, told = capture.run("--ca-file", front.ca, "--", *words)

    assert code == 0, capture.said
    assert "one push: nothing found wrong." in told
    assert capture.left == []


def test_a_wrong_scheme_is_found_in_regular_mode(
    capture: Capture, front: NamedFront, lone_registry: LoneRegistry
) -> None:
    lone_registry.serve()
    front.start(lone_registry.port, HEALTHY[:1])
    words = (*COPY, f"dir:{capture.image}", f"docker://{front.name}/group/app:1")
    code, told = capture.run("--ca-file", front.ca, "--", *words)

    assert code == 1, capture.said
    assert "location_wrong_scheme" in told


def test_ctrl_c_ends_it_with_the_diagnosis_and_what_to_undo(capture: Capture, lone_registry: LoneRegistry) -> None:
    lone_registry.serve()
    process = capture.start(lone_registry.url)
    capture.wait_listening()
    folder = next(capture.temporary.iterdir())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert send("GET", f"http://{capture.address}/v2/").status == 200
    assert f"docker login {capture.address}" in capture.said
    process.send_signal(signal.SIGINT)
    code, told = capture.end(process)

    assert code == 0, capture.said
    assert told.startswith("1 call")
    assert f"docker logout {capture.address}" in capture.said.partition("Undo what you have set")[2]
    assert capture.left == []


def test_a_signal_while_a_client_runs_ends_both(capture: Capture, lone_registry: LoneRegistry) -> None:
    lone_registry.serve()
    process = capture.start(lone_registry.url, "--", "sleep", "600")
    wait_until(lambda: "Runs sleep." in capture.said, "the client", seconds=60)
    children = capture.children()
    assert len(children) == 2
    process.send_signal(signal.SIGTERM)
    code, _ = capture.end(process)

    assert code == 3  # nothing of a registry went by
    assert not any(child.is_running() for child in children)
    assert capture.left == []


def test_nothing_stays_after_a_kill(capture: Capture, lone_registry: LoneRegistry) -> None:
    lone_registry.serve()
    process = capture.start(lone_registry.url, "--", "sleep", "600")
    wait_until(lambda: "Runs sleep." in capture.said, "the client", seconds=60)
    children = capture.children()
    assert len(children) == 2
    process.kill()
    process.communicate(timeout=60)

    wait_until(lambda: not any(_runs(child) for child in children), "the end of all that it started", seconds=30)
    assert capture.left == []


def test_what_was_recorded_is_told_when_mitmdump_is_killed(capture: Capture, lone_registry: LoneRegistry) -> None:
    lone_registry.serve()
    process = capture.start(lone_registry.url)
    capture.wait_listening()
    assert send("GET", f"http://{capture.address}/v2/").status == 200
    (mitmdump,) = capture.children()
    mitmdump.kill()
    code, told = capture.end(process)

    assert code == 0
    assert told.startswith("1 call")
    assert "mitmdump ended by itself" in capture.said
    assert capture.left == []


def test_a_certificate_that_is_not_trusted_is_told_at_once(
    capture: Capture, front: NamedFront, lone_registry: LoneRegistry
) -> None:
    lone_registry.serve()
    front.start(lone_registry.port)
    code, told = capture.run(front.url)

    assert (code, told) == (2, "")
    assert "--ca-file" in capture.said
    assert len(capture.said.splitlines()) == 1


def _runs(process: psutil.Process) -> bool:
    """Whether it has not ended; one whose end nobody has asked for yet has ended."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
