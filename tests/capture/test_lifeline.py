"""What ends mitmdump with the one that started it: here without mitmproxy, which it does not import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from regdoctor.capture import lifeline

SCRIPT = """
import runpy, signal, sys, types
names = runpy.run_path({file!r})
(one,) = names["addons"]
options = types.SimpleNamespace(confdir={folder!r})
server = types.SimpleNamespace(listen_addrs=lambda: [("127.0.0.1", 5080)])
master = types.SimpleNamespace(options=options, addons={{"proxyserver": server}})
def end(*_):
    one.done()
    print("ended", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
one.load(types.SimpleNamespace(master=master))
one.running()
while True:
    signal.pause()
"""


def _start(folder: Path) -> subprocess.Popen[str]:
    script = SCRIPT.format(file=lifeline.__file__, folder=str(folder))
    return subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize(("name", "stays"), [(f"{lifeline.FOLDER_PREFIX}x", False), (".mitmproxy", True)])
def test_it_ends_with_its_starter_and_removes_the_folder_of_the_capture_alone(
    name: str, stays: bool, tmp_path: Path
) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "mitmproxy-ca.pem").write_text("key")
    with _start(folder) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == f"{lifeline.LISTENING} 127.0.0.1 5080\n"
        assert process.poll() is None
        process.stdin.close()
        assert process.stdout.readline() == "ended\n"
        assert process.wait(60) == 0
    assert folder.exists() == stays


def test_while_its_starter_lives_nothing_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / f"{lifeline.FOLDER_PREFIX}x"
    folder.mkdir()
    with _start(folder) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.terminate()
        assert process.stdout.readline() == "ended\n"
    assert folder.exists()
