"""The process begins fast and ends with the code that it was given, whatever still hangs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

import regdoctor
from regdoctor.__main__ import main


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False, env=dict(os.environ)
    )


def test_the_version_is_told() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "regdoctor", "--version"], capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, f"regdoctor {regdoctor.__version__}\n", "")


def test_telling_the_version_imports_nothing_that_takes_time() -> None:
    done = python(
        "import sys; sys.argv = ['regdoctor', '--version']; from regdoctor.__main__ import main; main();"
        "print(*sorted({'typer', 'rich', 'requests', 'yaml', 'cryptography', 'dataclasses'} & set(sys.modules)))"
    )

    assert done.stdout == f"regdoctor {regdoctor.__version__}\n\n"
    assert done.returncode == 0


def test_showing_the_help_imports_nothing_that_asks_the_network() -> None:
    done = python(
        "import sys; sys.argv = ['regdoctor', 'check', '--help']\n"
        "from regdoctor.cli.app import run\n"
        "assert run() == 0\n"
        "print(*sorted({'requests', 'cryptography', 'botocore'} & set(sys.modules)))"
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == ""


@pytest.mark.parametrize("code", [0, 1, 3, 70])
def test_the_code_of_the_run_is_that_of_the_process(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    monkeypatch.setattr(sys, "argv", ["regdoctor", "check"])
    monkeypatch.setattr("regdoctor.cli.app.run", lambda: code)

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == code


def test_the_process_does_not_wait_for_a_probe_that_was_given_up() -> None:
    began = time.monotonic()
    done = python(
        "import sys, threading\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "def hang():\n"
        "    with ThreadPoolExecutor(1) as pool:\n"
        "        pool.submit(threading.Event().wait, 50)\n"
        "started = threading.Thread(target=hang, name='probe clocks', daemon=True)\n"
        "started.start()\n"
        "import regdoctor.cli.app\n"
        "regdoctor.cli.app.run = lambda: print('told') or 3\n"
        "from regdoctor.__main__ import main\n"
        "sys.argv = ['regdoctor', 'check']\n"
        "main()\n"
    )

    assert (done.returncode, done.stdout) == (3, "told\n"), done.stderr
    assert time.monotonic() - began < 30


def test_an_interrupted_examination_ends_at_once_without_a_traceback() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "regdoctor",
                "check",
                "all",
                "--registry",
                f"http://127.0.0.1:{listener.getsockname()[1]}",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # What a shell starts in the background ignores it, and so does all that is started from there.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - one call, no lock
        )
        connection, _ = listener.accept()
        with connection:
            process.send_signal(signal.SIGINT)
            began = time.monotonic()
            out, err = process.communicate(timeout=30)

    assert process.returncode == 130, err
    assert time.monotonic() - began < 5
    assert out == ""
    assert "Traceback" not in err
