"""The lab with real components: it serves a client, breaks as named, heals, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from regdoctor.lab import skopeo
from regdoctor.lab.fault import find_fault
from regdoctor.lab.object_store import ObjectStore
from regdoctor.lab.processes import wait_until
from regdoctor.lab.stack import Stack

StackWith = Callable[[str | None], Stack]


def test_a_healthy_stack_serves_a_real_client(stack_with: StackWith) -> None:
    stack = stack_with(None)
    authfile = stack.folder / "auth.json"

    login = skopeo.log_in(stack, authfile)
    pushed = skopeo.push(stack, "mine")
    pulled = skopeo.pull(stack, "mine")

    assert "Login Succeeded" in login.output
    assert (login.exit_code, pushed.exit_code, pulled.exit_code) == (0, 0, 0)
    assert stack.settings.public_host in json.loads(authfile.read_text())["auths"]


def test_a_client_fails_on_forbidden_blobs_and_succeeds_after_the_fault_is_mended(
    stack_with: StackWith,
) -> None:
    stack = stack_with("s3-head-forbidden")

    broken = skopeo.pull(stack)
    stack.heal()
    mended = skopeo.pull(stack)

    assert broken.exit_code == 1
    assert "500 Internal Server Error" in broken.output
    assert mended.exit_code == 0


def test_a_stopped_stack_leaves_no_process_and_no_file(object_store: ObjectStore) -> None:
    with Stack(object_store) as stack:
        pids, folder = stack.pids(), stack.folder
        assert set(pids) == {"gitlab", "nginx", "registry"}
        assert all(psutil.pid_exists(pid) for pid in pids.values())

    assert not [pid for pid in pids.values() if psutil.pid_exists(pid)]
    assert not folder.exists()


def test_a_stack_that_fails_at_its_start_leaves_no_process_and_no_file(
    object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[dict[str, int], Path]] = []

    def fail(stack: Stack, *actions: str) -> str:
        seen.append((stack.pids(), stack.folder))
        raise RuntimeError("no token")

    monkeypatch.setattr(Stack, "token", fail)
    with pytest.raises(RuntimeError, match="no token"), Stack(object_store):
        pass

    pids, folder = seen[0]
    assert pids
    assert not [pid for pid in pids.values() if psutil.pid_exists(pid)]
    assert not folder.exists()


@contextmanager
def running_lab(tmp_path: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """`lab up` in a process of its own, and what it printed when it was ready, by its keys."""
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-m", "regdoctor", "lab", "up", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as lab:
        try:
            assert lab.stdout is not None
            described = {}
            for line in lab.stdout:
                key, _, value = line.partition(":")
                described[key] = value.strip()
                if key == "check":
                    break
            yield lab, described
        finally:
            lab.send_signal(signal.SIGTERM)
            lab.wait(30)


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_to_lab_up_stops_everything_and_removes_the_folder(
    tmp_path: Path, number: signal.Signals, exit_code: int
) -> None:
    with running_lab(tmp_path) as (lab, described):
        folder = Path(described["root"]).parent
        children = psutil.Process(lab.pid).children(recursive=True)
        assert {"nginx", "weed", "docker-registry"} <= {child.name() for child in children}

        lab.send_signal(number)

        assert lab.wait(30) == exit_code
        assert not [child for child in children if child.is_running()]
        assert not folder.exists()
        assert not list(tmp_path.rglob("*socket*"))


def test_a_signal_while_the_lab_starts_leaves_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-m", "regdoctor", "lab", "up"], env=environment) as lab:
        process = psutil.Process(lab.pid)
        wait_until(lambda: bool(process.children()), "weed is not started")
        children = process.children(recursive=True)
        lab.send_signal(signal.SIGTERM)

        assert lab.wait(30) == 0
        assert not [child for child in children if child.is_running()]
        assert not list(tmp_path.glob("regdoctor-*"))


def test_break_changes_the_running_lab_and_prints_the_check_to_run(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}

    def lab_break(fault: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "regdoctor", "lab", "break", fault]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    with running_lab(tmp_path, "token_key_mismatch") as (_, described):
        assert described["state"].startswith("token_key_mismatch: ")
        key = Path(described["root"]) / "var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key"
        foreign = key.read_text()

        changed, unknown, healed = lab_break("location-http"), lab_break("nonsense"), lab_break("healthy")

        assert changed.returncode == 0
        assert changed.stdout.startswith(f"regdoctor check all --root {described['root']}")
        assert "--allow-writes" in changed.stdout
        assert (unknown.returncode, healed.returncode) == (2, 0)
        assert "no fault is called 'nonsense'" in unknown.stderr
        assert key.read_text() != foreign

    assert lab_break("location-http").returncode == 2


def test_a_fault_replaces_the_one_before(stack_with: StackWith) -> None:
    stack = stack_with("signing-key-missing")
    other = find_fault("anonymous")
    assert other is not None

    stack.apply(other)

    assert stack.tree.signing_key.exists()
    assert skopeo.pull(stack).exit_code == 0
