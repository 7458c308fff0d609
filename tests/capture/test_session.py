"""A capture's end, with a program in the place of mitmdump: signals, clients, folders."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from regdoctor.capture import session
from regdoctor.capture.lifeline import LISTENING
from regdoctor.capture.plan import Mode, Plan
from regdoctor.capture.session import Captured, captured
from regdoctor.exit_codes import UsageError
from regdoctor.lab.certificates import Authority

FAKE = """#!{python}
import signal, sys
settings = dict(word.split("=", 1) for word in sys.argv if "=" in word)
open(settings["regdoctor_record"], "w").write("recorded")
open(settings["confdir"] + "/mitmproxy-ca-cert.pem", "w").write({certificate!r})
{more}
print("{listening} 127.0.0.1 5080", flush=True)
signal.pause()
"""


class Stand:
    """A program in mitmdump's place, and what was said to the person."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.program, self.temporary = folder / "mitmdump", folder / "tmp"
        self.temporary.mkdir()
        self.said: list[str] = []
        monkeypatch.setattr("tempfile.tempdir", str(self.temporary))
        monkeypatch.setattr("regdoctor.capture.mitmdump.find_mitmdump", lambda: self.program)
        self.write()

    def write(self, more: str = "") -> None:
        certificate = Authority("capture").certificate
        text = FAKE.format(python=sys.executable, certificate=certificate, more=more, listening=LISTENING)
        self.program.write_text(text)
        self.program.chmod(0o755)

    def run(self, *client: str, record: Path | None = None) -> tuple[Captured, str]:
        """What came of it, and the recording as it was read while that is possible."""
        plan = Plan(Mode.REGULAR, "", "127.0.0.1", 0, record=record, client=client)
        with captured(plan, self.said.append, None) as what:
            assert list(self.temporary.iterdir()) == []  # gone before the recording is read
            return what, what.recording.read_text()


@pytest.fixture
def stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stand:
    return Stand(tmp_path, monkeypatch)


def test_the_end_of_the_client_is_the_end(stand: Stand) -> None:
    what, text = stand.run("sh", "-c", "exit 7")
    assert (what.client_code, what.broke_off, text) == (7, False, "recorded")


def test_a_client_is_told_of_the_proxy_and_trusts_it(stand: Stand, tmp_path: Path) -> None:
    out = tmp_path / "out"
    stand.run("sh", "-c", f'echo "$HTTPS_PROXY" > {out}; grep -c BEGIN "$SSL_CERT_FILE" >> {out}')
    proxy, count = out.read_text().split()
    assert proxy == "http://127.0.0.1:5080"
    assert int(count) > 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_the_end(number: int, stand: Stand, tmp_path: Path) -> None:
    sender = subprocess.Popen(["sh", "-c", f"until test -s {tmp_path}/ready; do :; done; kill -{number} {os.getpid()}"])

    def say(text: str) -> None:
        stand.said.append(text)
        (tmp_path / "ready").write_text("ready")

    with captured(Plan(Mode.REGULAR, "", "127.0.0.1", 0), say, None) as what:
        assert (what.client_code, what.broke_off) == (None, False)
    sender.wait(10)
    assert "Undo what you have set" in stand.said[-1]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_mitmdump_that_ends_by_itself_is_told(stand: Stand) -> None:
    stand.write(f"print('{LISTENING} 127.0.0.1 5080', flush=True); sys.exit(1)")
    what, text = stand.run()
    assert (what.broke_off, text) == (True, "recorded")


def test_mitmdump_that_dies_at_its_start_leaves_nothing(stand: Stand) -> None:
    stand.write("sys.exit('Error: broken')")
    with pytest.raises(UsageError, match="mitmdump ended at its start: Error: broken"):
        stand.run()
    assert list(stand.temporary.iterdir()) == []


def test_mitmdump_that_never_listens_is_given_up(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_START", 0.5)
    stand.write("signal.pause()")
    with pytest.raises(UsageError, match="does not listen after"):
        stand.run()
    assert list(stand.temporary.iterdir()) == []


def test_a_recording_that_is_kept_stays(stand: Stand, tmp_path: Path) -> None:
    what, _ = stand.run("true", record=tmp_path / "kept.flow")
    assert what.recording == tmp_path / "kept.flow"
    assert what.recording.read_text() == "recorded"
