"""Files that are put in place, and taken away again."""

from __future__ import annotations

import subprocess
from pathlib import Path

from regdoctor.capture.setup_block import drop_in, file_in_place


def _run(commands: str) -> None:
    subprocess.run(["sh", "-e"], input=f'sudo() {{ "$@"; }}\n{commands}', text=True, check=True, timeout=10)


def test_a_file_that_was_there_comes_back(tmp_path: Path) -> None:
    file = tmp_path / "certs.d" / "registry.example.com:5050" / "hosts.toml"
    do, undo = file_in_place(str(file), 'server = "new"\n')
    _run(do)
    assert file.read_text() == 'server = "new"\n'
    _run(undo)
    assert list(file.parent.iterdir()) == []
    file.write_text("old")
    _run(do)
    _run(do)  # twice, as people do
    assert file.read_text() == 'server = "new"\n'
    _run(undo)
    assert file.read_text() == "old"
    assert list(file.parent.iterdir()) == [file]


def test_a_drop_in_is_one_file_of_its_own() -> None:
    do, undo = drop_in("docker", '"HTTPS_PROXY=http://127.0.0.1:5080"')
    file = "/etc/systemd/system/docker.service.d/regdoctor-capture.conf"
    assert f"sudo tee {file} <<'EOF'\n[Service]\nEnvironment=\"HTTPS_PROXY=http://127.0.0.1:5080\"\nEOF\n" in do
    assert undo.startswith(f"sudo rm {file}\n")
    for commands in (do, undo):
        assert commands.endswith("sudo systemctl daemon-reload\nsudo systemctl restart docker\n")
