"""Real components for the tests beside it: one object store for all, a stack for each test that wants one.

    def test_it_names_the_fault(stack_with: StackWith) -> None:
        stack = stack_with("token-key-mismatch")  # None, or "healthy", for a healthy one
        ...  # stack.tree.root, stack.settings.registry_url, stack.password_file, stack.fault.arguments
        stack.heal()  # the same stack, healthy again

The first stack of a test is the worker's own, which is healed, its files written and its programs started afresh, for
each test; what a test asks for beyond it is stopped when the test ends. Where a program is missing the tests fail and
name the package.

    def test_it_is_refused(lone_registry: LoneRegistry) -> None:
        lone_registry.serve("compatibility: {schema1: {enabled: true}}\\n")  # or write(), then start(variables)
        ...  # lone_registry.url, .ask("GET", "/v2/"), .log, .config() for a check
        assert "panic" in lone_registry.refuse("storage: {none: {}}\\n")  # the log; .exit_code

A lone registry is docker-registry 2.8 with nothing about it, on a port and in a folder of its own (`tmp_path`); where a
test wants several, `lone_registries` gives one for each name.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from regdoctor.lab.advice import check_arguments
from regdoctor.lab.fault import HEALTHY, Fault, find_fault
from regdoctor.lab.object_store import ObjectStore
from regdoctor.lab.stack import Stack
from tests.e2e import warm_runs
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.warm_gitlab import warm_gitlab

StackWith = Callable[[str | None], Stack]
LoneRegistries = Callable[[str], LoneRegistry]


@pytest.fixture(scope="session")
def object_store() -> Iterator[ObjectStore]:
    """A running object store (3 to 8 s to start), shared by the whole run; each stack has its own bucket."""
    with ObjectStore() as store:
        yield store


@pytest.fixture(scope="session", autouse=True)
def _gitlab_is_warm() -> Iterator[None]:
    """Each stack that a test starts in this process has its token service at once."""
    with warm_gitlab():
        yield


@pytest.fixture(scope="session")
def shared_stack(object_store: ObjectStore) -> Iterator[Stack]:
    """One running stack for all tests of this worker, one after the other."""
    with Stack(object_store) as stack:
        yield stack


@pytest.fixture
def stack_with(object_store: ObjectStore, shared_stack: Stack) -> Iterator[StackWith]:
    """Make a stack with the fault of that name (None: healthy), as often as a test needs one."""
    with ExitStack() as running:
        made: list[Stack] = []

        def make(fault: str | None = None) -> Stack:
            stack = running.enter_context(Stack(object_store)) if made else shared_stack
            made.append(stack)
            chosen = find_fault(fault or HEALTHY)
            if chosen:
                stack.apply(chosen)
            else:
                stack.heal()  # whatever the test before changed in its files
            return stack

        running.callback(_heal_at_the_end, shared_stack)
        yield make


def _heal_at_the_end(stack: Stack) -> None:
    """What a fault does outside its stack, as to the object store, is taken back before the next test."""
    if stack.fault is not None:
        stack.heal()


@pytest.fixture
def examine() -> Callable[..., tuple[int, dict[str, Any]]]:
    """Run `regdoctor check all` on a stack, as its fault asks for, and give the exit code and the JSON report.

    fault: the one whose arguments are passed, where the stack no longer has it.
    names: the checks to run in place of all.
    """

    def run(
        stack: Stack, *more: str, fault: Fault | None = None, names: Sequence[str] = ("all",)
    ) -> tuple[int, dict[str, Any]]:
        command, _, *arguments = check_arguments(stack, fault or stack.fault)
        words = [command, *names, *arguments, *more, "--format", "json"]
        environment = {**os.environ, "XDG_STATE_HOME": str(stack.folder / "state")}
        done = warm_runs.run(words, stdin=stack.material.password, environment=environment)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, json.loads(done.stdout)

    return run


@pytest.fixture
def lone_registries(tmp_path: Path) -> Iterator[LoneRegistries]:
    """Make a lone registry in the folder of that name below `tmp_path`; it does not run yet."""
    with ExitStack() as running:

        def make(name: str) -> LoneRegistry:
            registry = LoneRegistry(tmp_path / name)
            running.callback(registry.stop)
            return registry

        yield make


@pytest.fixture
def lone_registry(lone_registries: LoneRegistries) -> LoneRegistry:
    """One lone registry, in `tmp_path`; it does not run yet."""
    return lone_registries(".")
