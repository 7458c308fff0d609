"""Which variables the registry has: of its process, else of what would start it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from regdoctor.check import Dialect
from regdoctor.evidence.installation import Installation, RunningRegistry
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.located import Place
from regdoctor.injection import Absent
from regdoctor.probes.registry_variables import registry_variables

NONE = Absent("there is none", applicable=False)


def test_a_process_tells_its_own_and_only_what_is_asked_for() -> None:
    program, pipe = [sys.executable, "-c", "print(1, flush=True); input()"], subprocess.PIPE
    with subprocess.Popen(program, stdin=pipe, stdout=pipe, env={"WANTED": "here", "OTHER": "there"}) as started:
        assert started.stdout is not None
        started.stdout.readline()  # until it runs, Linux shows no environment of it
        process = RunningRegistry(started.pid, ("registry", "serve"), None)
        found = registry_variables(Installation(Path("/"), Dialect.PLAIN, True, process), NONE, ("WANTED", "MISSING"))
        started.communicate(b"\n", timeout=10)

    assert {name: value for name, (value, _) in found.items()} == {"WANTED": "here"}
    assert found["WANTED"][1].source == f"environment of process {started.pid}"


def test_a_process_that_has_ended_tells_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait(10)
    process = RunningRegistry(ended.pid, ("registry", "serve"), None)

    assert registry_variables(Installation(Path("/"), Dialect.PLAIN, True, process), NONE, ("PATH",)) == {}


def test_the_unit_wins_over_the_folder_of_variables(tmp_path: Path) -> None:
    folder = tmp_path / "env"
    folder.mkdir()
    (folder / "HOME").write_text("/of/the/folder\n")
    (folder / "WANTED").write_text("folder\n")
    service = ServiceEnvironment("unit", (("HOME", "/of/the/unit", Place("unit", 3)), ("OTHER", "x", Place("unit", 4))))
    installation = Installation(tmp_path, Dialect.OMNIBUS, live=False, env_directory=folder)

    found = registry_variables(installation, service, ("HOME", "WANTED"))
    assert {name: value for name, (value, _) in found.items()} == {"HOME": "/of/the/unit", "WANTED": "folder"}
