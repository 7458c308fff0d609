"""A real registry that asks nobody for a login is a warning on loopback; the users that the remedy gives it mend it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from regdoctor.lab.programs import find_program
from tests.e2e import warm_runs
from tests.e2e.lone_registry import LoneRegistry


def examine(url: str, folder: Path) -> tuple[int, dict[str, Any]]:
    """The exit code, and the outcome of the check."""
    done = warm_runs.run(
        ["check", "anonymous_access", "--registry", url, "--format", "json"],
        stdin="",
        environment={**os.environ, "XDG_STATE_HOME": str(folder / "state")},
        folder=folder,
    )
    assert "Traceback" not in done.stderr, done.stderr
    (row,) = json.loads(done.stdout)["outcomes"]
    return done.returncode, dict(row)


def test_the_users_that_the_remedy_gives_it_are_asked_for(tmp_path: Path, lone_registry: LoneRegistry) -> None:
    lone_registry.serve()

    code, finding = examine(lone_registry.url, tmp_path)

    assert (code, finding["outcome"], finding["severity"]) == (0, "fail", "warning")
    make, section, _ = finding["remedy"]["commands"]
    passwords = str(tmp_path / "htpasswd")
    written = make.split()[-2]
    assert make.startswith("sudo htpasswd -B -c ")
    words = make.replace(written, passwords).split()[2:]
    subprocess.run([find_program("htpasswd"), "-i", *words], input="secret", text=True, check=True, timeout=20)
    lone_registry.serve(section.replace(written, passwords) + "\n")

    code, healthy = examine(lone_registry.url, tmp_path)
    assert (code, healthy["outcome"]) == (0, "pass")
    login = {"Authorization": "Basic YWRtaW46c2VjcmV0"}
    assert lone_registry.ask("GET", "/v2/", headers=login).status == 200
