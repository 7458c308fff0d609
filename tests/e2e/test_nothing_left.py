"""The whole command on real components, killed in the middle: the next run leaves the storage as it was before both.

Without --allow-writes no request that writes reaches the store at all.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from regdoctor.evidence.trust import TrustedCAs
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.http import Http
from regdoctor.lab.image import build_image, push_image
from regdoctor.lab.processes import wait_until
from regdoctor.lab.stack import Stack
from regdoctor.probes.bucket import registry_bucket
from regdoctor.probes.bucket_writes import BucketWrites, RunningUpload, running_uploads
from tests.e2e import warm_runs
from tests.e2e.counting_proxy import CountingProxy
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.trial_pushes import contents

StackWith = Callable[[str | None], Stack]
BEFORE, AFTER = True, False
"""Whether the server still gets the request at which the run is killed."""


def killed(words: Sequence[str], environment: Mapping[str, str], proxy: CountingProxy, at: tuple[int, bool]) -> None:
    """Run `regdoctor` in a process of its own, which SIGKILL ends at a write; returns when all others are done too."""
    with tempfile.TemporaryDirectory() as folder:
        gate = Path(folder, "gate")
        os.mkfifo(gate)
        run = warm_runs.start(words, environment=environment, stdin=gate)
        proxy.kill_at(at[0], run.pid, before=at[1])
        opened = os.open(gate, os.O_RDWR)  # from here on it runs: no write of it comes before it may be killed
        try:
            assert run.wait(60) == -9, proxy.writes
        finally:
            os.close(opened)
    proxy.kill_at(0, 0, before=False)
    wait_until(lambda: proxy.is_quiet, "the end of what the killed run began")


def noted(state: Path) -> list[str]:
    """What the ledger holds."""
    return [f"{row['kind']} {row['path']}" for row in json.loads((state / "regdoctor/ledger.json").read_text("utf-8"))]


def in_parts(stack: Stack) -> tuple[RunningUpload, ...]:
    """The uploads in parts that are running in the stack's bucket."""
    config = parse_registry_config(stack.tree.config_yml.read_bytes(), "config.yml")
    return running_uploads(BucketWrites(registry_bucket(config, Http(TrustedCAs())), {}).list_uploads(""))


def behind(stack: Stack, proxy: CountingProxy) -> None:
    """Let the registry, and whoever reads its configuration, reach the store through a proxy."""
    stack.rewrite_files(replace(stack.settings, store_endpoint=proxy.url))
    stack.start_registry()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """With a ledger of this test's own."""
    return {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}


def test_a_bucket_is_as_before_after_runs_that_were_killed(
    stack_with: StackWith, environment: dict[str, str], tmp_path: Path
) -> None:
    stack = stack_with(None)
    root = ["--root", str(stack.tree.root), "--format", "json"]
    check, table = ["check", "all", *root], ["storage", "permissions", *root]
    left = set()
    with CountingProxy(stack.store.endpoint) as proxy:
        behind(stack, proxy)
        before, running = stack.store.keys(stack.settings.bucket), in_parts(stack)
        for words in (check, table):
            read = warm_runs.run(words, stdin="", environment=environment)
            assert read.returncode == 0, read.stdout
        assert proxy.requests
        assert proxy.writes == []

        for words, at in (
            (table, (6, AFTER)),
            (check, (2, BEFORE)),
            (check, (26, AFTER)),
            (check, (35, BEFORE)),
            (table, (4, BEFORE)),
        ):
            killed([*words, "--allow-writes"], environment, proxy, at)
            left |= {entry.partition(" ")[0] for entry in noted(tmp_path / "state")}
        assert left >= {"object", "multipart", "upload"}
        assert stack.store.keys(stack.settings.bucket) != before

        done = warm_runs.run([*check, "--allow-writes"], stdin="", environment=environment)
        assert done.returncode == 0, done.stdout
        wait_until(lambda: proxy.is_quiet, "the end of the last run")
        assert stack.store.keys(stack.settings.bucket) == before
        assert in_parts(stack) == running
        assert noted(tmp_path / "state") == []


def test_a_folder_is_as_before_after_runs_that_were_killed(
    lone_registry: LoneRegistry, environment: dict[str, str], tmp_path: Path
) -> None:
    words = ["check", "all", "--root", "/", "--config", str(lone_registry.file), "--format", "json"]
    with CountingProxy(lone_registry.url) as proxy:
        store = f"storage: {{filesystem: {{rootdirectory: {lone_registry.folder}/data}}}}\n"
        lone_registry.serve(f"{store}http: {{addr: '127.0.0.1:@PORT', host: '{proxy.url}'}}\n")
        push_image(lone_registry.url, "group/project", "latest", build_image("not ours\n"), "")
        before = contents(lone_registry)
        proxy.requests.clear()
        warm_runs.run(words, stdin="", environment=environment)
        assert not [request for request in proxy.writes if "/blobs/" in request or "/manifests/" in request]
        assert contents(lone_registry) == before

        for at in ((3, AFTER), (6, AFTER)):
            killed([*words, "--allow-writes"], environment, proxy, at)
        assert contents(lone_registry) != before

        warm_runs.run([*words, "--allow-writes"], stdin="", environment=environment)
        wait_until(lambda: proxy.is_quiet, "the end of the last run")
        assert any("/blobs/uploads/" in request for request in proxy.writes)
        assert contents(lone_registry) == before
        assert noted(tmp_path / "state") == []
