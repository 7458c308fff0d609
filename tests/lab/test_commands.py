"""`regdoctor lab list`, and what the lab's commands say where they cannot work."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from regdoctor.cli.lab import app
from regdoctor.exit_codes import UsageError
from regdoctor.lab import programs
from regdoctor.lab.fault import discover


def test_list_shows_every_fault_with_its_check() -> None:
    result = CliRunner().invoke(app, ["list"])

    shown = {tuple(line.split()) for line in result.stdout.splitlines() if not line.startswith(" ")}
    assert shown == {(name, fault.check) for name, fault in discover().items()}


def test_list_as_json_holds_the_same() -> None:
    result = CliRunner().invoke(app, ["list", "--format", "json"])

    document = json.loads(result.stdout)
    assert document["schema"] == "regdoctor.lab-faults/1"
    assert {row["name"]: row["check"] for row in document["faults"]} == {
        name: fault.check for name, fault in discover().items()
    }
    assert next(row for row in document["faults"] if row["name"] == "location-http")["arguments"] == ["--allow-writes"]


@pytest.mark.parametrize("command", ["up", "break", "demo"])
def test_an_unknown_fault_is_wrong_usage(command: str) -> None:
    result = CliRunner().invoke(app, [command, "nonsense"])

    assert isinstance(result.exception, UsageError)
    assert "no fault is called 'nonsense'" in str(result.exception)


def test_a_healthy_demonstration_is_wrong_usage() -> None:
    result = CliRunner().invoke(app, ["demo", "healthy"])

    assert isinstance(result.exception, UsageError)


@pytest.mark.parametrize(("command", "package"), [("up", "docker-registry"), ("demo", "skopeo")])
def test_a_missing_program_is_named_with_its_package(
    command: str, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "_SYSTEM_FOLDERS", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))

    result = CliRunner().invoke(app, [command])

    assert isinstance(result.exception, UsageError)
    assert f"Debian package {package}" in str(result.exception)
    assert list(tmp_path.iterdir()) == []
