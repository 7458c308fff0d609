"""mitmdump found, started, listened to and ended: with a program in its place that says what a test wants."""

from __future__ import annotations

import socket
import sys
import threading
from pathlib import Path

import pytest

from regdoctor.capture.lifeline import LISTENING
from regdoctor.capture.mitmdump import Mitmdump, arguments_of, at, find_mitmdump, require_free
from regdoctor.exit_codes import UsageError

LISTENS = f"print('{LISTENING} 127.0.0.1 5080', flush=True)\n"


class Heard:
    """A program that was started, and what was heard of it."""

    def __init__(self, script: str) -> None:
        self.lines: list[str] = []
        self._events = threading.Semaphore(0)
        self.program = Mitmdump([sys.executable, "-c", script], tell=self.lines.append, ready=self._events.release)

    def wait(self) -> None:
        assert self._events.acquire(timeout=60)


def test_the_address_is_heard_and_lines_are_told_until_the_summary() -> None:
    heard = Heard(
        "import signal, sys\n"
        "print('before', flush=True)\n" + LISTENS + "print('call\\x1b[1m', flush=True)\nprint(flush=True)\n"
        "print('another', flush=True)\n"
        "def end(*_):\n    print('last call')\n    print()\n    print('the summary')\n    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\nprint('armed', flush=True)\nsignal.pause()\n"
    )
    heard.wait()
    assert heard.program.address == ("127.0.0.1", 5080)
    while "armed" not in heard.lines:
        assert heard.program.running
    heard.program.stop()
    assert heard.lines == ["call\\x1b[1m", "another", "armed", "last call"]
    assert not heard.program.running


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("print('Error: no port')\nprint('Error logged during startup, exiting...')", "at its start: Error: no port"),
        ("raise SystemExit(3)", "mitmdump ended at its start: exit code 3"),
    ],
)
def test_one_that_ends_at_its_start_says_why(script: str, words: str) -> None:
    heard = Heard(script)
    heard.wait()
    assert heard.program.address is None
    assert words in heard.program.complaint()
    heard.program.stop()


def test_one_that_cannot_import_regdoctor_is_of_no_use() -> None:
    heard = Heard(
        "print('[03:00:00.000] regdoctor cannot be imported by this mitmproxy (no module), so nothing', flush=True)\n"
        + LISTENS
    )
    heard.wait()
    assert not heard.program.imports_regdoctor()
    assert heard.program.complaint() == "regdoctor cannot be imported by this mitmproxy (no module), so nothing"
    heard.program.stop()


def test_one_that_is_no_program_is_named(tmp_path: Path) -> None:
    (tmp_path / "mitmdump").write_text("no program")
    with pytest.raises(UsageError, match="mitmdump cannot be started: Permission denied"):
        Mitmdump([tmp_path / "mitmdump"], tell=print, ready=lambda: None)


def test_it_is_found_beside_python_and_then_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("beside", "path"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mitmdump").write_text("")
        (tmp_path / name / "mitmdump").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "beside" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    assert find_mitmdump() == tmp_path / "beside" / "mitmdump"
    (tmp_path / "beside" / "mitmdump").unlink()
    assert find_mitmdump() == tmp_path / "path" / "mitmdump"
    (tmp_path / "path" / "mitmdump").unlink()
    with pytest.raises(UsageError, match=r"mitmdump is not installed: `.*python -m pip install mitmproxy`"):
        find_mitmdump()


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            UsageError, match=f"--listen 127.0.0.1:{port}: address already in use; --listen 127.0.0.1:0"
        ):
            require_free("127.0.0.1", port)
    with pytest.raises(UsageError, match="cannot assign requested address"):
        require_free("192.0.2.1", 5080)


def test_it_has_a_folder_of_its_own_and_asks_when_it_is_asked(tmp_path: Path) -> None:
    words = arguments_of(tmp_path, "::1", 5080, "reverse:https://registry.example.com", ["keep_host_header=true"])
    assert f"confdir={tmp_path}" in words
    assert "connection_strategy=lazy" in words
    assert "keep_host_header=true" in words
    assert words[:6] == [
        "--listen-host",
        "::1",
        "--listen-port",
        "5080",
        "--mode",
        "reverse:https://registry.example.com",
    ]
    assert all(Path(words[place + 1]).is_file() for place, word in enumerate(words) if word == "--scripts")


def test_addresses_of_ipv6_have_brackets() -> None:
    assert (at("127.0.0.1", 1), at("::1", 2)) == ("127.0.0.1:1", "[::1]:2")
