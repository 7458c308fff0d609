"""A lone registry is told from nothing but its file and its variables, and nothing of it is left running."""

from __future__ import annotations

import signal

import psutil
import pytest

from regdoctor.lab.errors import LabError
from tests.e2e.lone_registry import LoneRegistry


def test_what_is_left_out_is_minimal_and_what_is_given_stands_as_it_is(lone_registry: LoneRegistry) -> None:
    lone_registry.write("storage: {inmemory: {}}  # ours\nhttp:\n  addr: 127.0.0.1:@PORT\n")
    given = f"storage: {{inmemory: {{}}}}  # ours\nhttp:\n  addr: 127.0.0.1:{lone_registry.port}\n"
    assert lone_registry.file.read_text() == f"version: 0.1\n{given}"

    lone_registry.write_whole("http: {debug: {addr: ':@DEBUG'}}\n")
    assert lone_registry.file.read_text() == f"http: {{debug: {{addr: ':{lone_registry.debug_port}'}}}}\n"


def state(registry: LoneRegistry) -> tuple[bool, int | None, int | None]:
    """Whether it runs, what it ended with, and what it answers."""
    return registry.running, registry.exit_code, registry.status()


def test_it_serves_and_ends_with_its_stop(lone_registry: LoneRegistry) -> None:
    assert lone_registry.exit_code is None
    lone_registry.serve()
    assert state(lone_registry) == (True, None, 200)

    lone_registry.stop()
    lone_registry.stop()
    assert state(lone_registry) == (False, -signal.SIGTERM, None)
    assert "listening on" in lone_registry.log


def test_each_start_ends_the_former_and_has_a_log_of_its_own(lone_registry: LoneRegistry) -> None:
    said = lone_registry.refuse("storage: {none: {}}\n")
    assert "StorageDriver not registered: none" in said
    assert lone_registry.exit_code == 2

    lone_registry.serve()
    lone_registry.serve(variables={"REGISTRY_HTTP_SECRET": "a-secret-of-some-length"})
    assert "No HTTP secret provided" not in lone_registry.log
    assert "not registered" not in lone_registry.log
    running = [child for child in psutil.Process().children() if str(lone_registry.file) in child.cmdline()]
    assert len(running) == 1


def test_the_variables_of_whoever_runs_the_tests_do_not_reach_it(
    lone_registry: LoneRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRY_STORAGE_DELETE_ENABLED", "maybe: [")
    monkeypatch.setenv("AWS_CA_BUNDLE", "/nowhere")
    lone_registry.serve()
    assert lone_registry.status() == 200


def test_a_registry_that_does_the_opposite_of_what_is_awaited_is_told_with_its_log(lone_registry: LoneRegistry) -> None:
    with pytest.raises(AssertionError, match="unsupported version"):
        lone_registry.serve("version: 0.2\n")
    with pytest.raises(AssertionError, match="listening on"):
        lone_registry.refuse()


def test_what_does_not_come_of_a_registry_that_ended_is_not_waited_for(lone_registry: LoneRegistry) -> None:
    lone_registry.refuse("version: 0.2\n")
    with pytest.raises(AssertionError, match="unsupported version"):
        lone_registry.wait_until(lambda: False, "what never comes")


def test_what_does_not_come_in_time_is_told_with_the_log(
    lone_registry: LoneRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_vain(condition: object, what: str) -> None:
        raise LabError(f"in vain: {what}")

    lone_registry.serve()
    monkeypatch.setattr("tests.e2e.lone_registry.wait_until", in_vain)
    with pytest.raises(LabError, match=r"(?s)in vain: a push, of a registry that says:.*listening on"):
        lone_registry.wait_until(lambda: False, "a push")
