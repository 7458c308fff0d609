"""`regdoctor capture run`: its words, its complaints, and what it ends with."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from regdoctor.capture.plan import Mode, Plan
from regdoctor.capture.session import Captured
from tests.cli.conftest import Command

RECORDINGS = Path(__file__).parents[1] / "traffic/recordings"
REFUSED = RECORDINGS / "push_head_refused.flow"
URL = "https://registry.example.com"


class Captures:
    """Stands in the place of the capture itself."""

    def __init__(self) -> None:
        self.plans: list[Plan] = []
        self.result = Captured(REFUSED)

    @contextmanager
    def captured(self, plan: Plan, *_: object) -> Iterator[Captured]:
        self.plans.append(plan)
        yield self.result


@pytest.fixture
def captures(monkeypatch: pytest.MonkeyPatch) -> Captures:
    made = Captures()
    monkeypatch.setattr("regdoctor.capture.session.captured", made.captured)
    return made


@pytest.mark.parametrize(
    ("words", "mode", "url", "client"),
    [
        ([URL], Mode.REVERSE, URL, ()),
        ([URL, "--mode", "regular"], Mode.REGULAR, URL, ()),
        (["--mode", "regular"], Mode.REGULAR, "", ()),
        (["--", "skopeo", "copy", "--", "-x"], Mode.REGULAR, "", ("skopeo", "copy", "--", "-x")),
        ([URL, "--", "skopeo", "--help"], Mode.REVERSE, URL, ("skopeo", "--help")),
    ],
)
def test_what_is_asked_for(
    words: list[str], mode: Mode, url: str, client: tuple[str, ...], captures: Captures, regdoctor: Command
) -> None:
    regdoctor("capture", "run", *words)
    assert captures.plans == [Plan(mode, url, "127.0.0.1", 5080, client=client)]


@pytest.mark.parametrize(
    ("listen", "host", "port"), [("[::1]:0", "::1", 0), ("0.0.0.0:99", "0.0.0.0", 99), ("localhost:9", "127.0.0.1", 9)]
)
def test_where_it_listens(listen: str, host: str, port: int, captures: Captures, regdoctor: Command) -> None:
    regdoctor("capture", "run", URL, "--listen", listen)
    assert (captures.plans[0].host, captures.plans[0].port) == (host, port)


def test_the_diagnosis_is_that_of_analyze(captures: Captures, regdoctor: Command) -> None:
    ran, analyzed = regdoctor("capture", "run", URL), regdoctor("capture", "analyze", REFUSED)
    assert (ran.code, ran.out) == (analyzed.code, analyzed.out)
    assert ran.code == 1


def test_an_empty_recording_has_shown_nothing(captures: Captures, tmp_path: Path, regdoctor: Command) -> None:
    (tmp_path / "empty").touch()
    captures.result = Captured(tmp_path / "empty", broke_off=True)
    ended = regdoctor("capture", "run", URL)
    assert ended.code == 3
    assert ended.err == "regdoctor: mitmdump ended by itself; this is what it had recorded until then.\n"


@pytest.mark.parametrize(
    ("recording", "ended", "code", "words"),
    [
        ("push_head_refused.flow", 1, 1, "regdoctor: skopeo ended with exit code 1.\n"),
        ("push_head_refused.flow", -9, 1, "regdoctor: skopeo ended by signal 9.\n"),
        ("healthy", 0, 0, "regdoctor: skopeo ended with exit code 0.\n"),
        (
            "healthy",
            1,
            3,
            "regdoctor: skopeo ended with exit code 1.\n"
            "regdoctor: skopeo failed, and what was captured does not show why: see what it said itself.\n",
        ),
    ],
)
def test_how_the_client_ended_is_said(
    recording: str,
    ended: int,
    code: int,
    words: str,
    captures: Captures,
    tmp_path: Path,
    regdoctor: Command,
) -> None:
    file = RECORDINGS / recording
    if recording == "healthy":
        file = tmp_path / "healthy.flow"
        file.write_bytes(_healthy())
    captures.result = Captured(file, client_code=ended)
    result = regdoctor("capture", "run", "--", "/usr/bin/skopeo", "copy")
    assert (result.code, result.err) == (code, words)


def _healthy() -> bytes:
    from regdoctor.traffic.writing import flow_record
    from tests.traffic.conversation import Conversation

    return flow_record(Conversation().ask("GET", "/v2/", 200))


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--mode", "reverse"], "reverse mode needs the registry's URL"),
        (["--listen", "127.0.0.1:0"], "name the registry's URL, a client behind --, or --mode regular."),
        ([URL, "--listen", "5080"], "--listen '5080': give an address and a port, such as 127.0.0.1:5080."),
        ([URL, "--listen", "127.0.0.1:70000"], "give an address and a port"),
        ([URL, "--"], "there is no client behind --."),
        (["ftp://x"], "not an address with http:// or https://"),
        (
            [URL, "--record", "/no/such/folder/a.flow"],
            "--record /no/such/folder/a.flow cannot be written: No such file",
        ),
        ([URL, "--record", "/"], "--record /: that is no ordinary file."),
        ([URL, "--record", "/dev/null"], "--record /dev/null: that is no ordinary file."),
        ([URL, "--record", "a", "--output", "./a"], "--record and --output name the same file."),
    ],
)
def test_unusable_words_are_one_line(
    words: list[str],
    complaint: str,
    captures: Captures,
    regdoctor: Command,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = regdoctor("capture", "run", *words)
    assert (ended.code, ended.out, captures.plans) == (2, "", [])
    assert complaint in ended.err
    assert len(ended.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_trial_of_the_recording_leaves_nothing(captures: Captures, tmp_path: Path, regdoctor: Command) -> None:
    kept = tmp_path / "kept.flow"
    kept.write_text("before")
    regdoctor("capture", "run", URL, "--record", kept)
    regdoctor("capture", "run", URL, "--record", tmp_path / "new.flow")
    assert kept.read_text() == "before"
    assert list(tmp_path.iterdir()) == [kept]


def test_a_client_a_port_and_an_authority_that_are_unusable_are_told(tmp_path: Path, regdoctor: Command) -> None:
    ended = regdoctor("capture", "run", "--", "no-such-client")
    assert (ended.code, ended.err) == (2, "regdoctor: no-such-client: no such program on PATH.\n")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = regdoctor("capture", "run", "--listen", f"127.0.0.1:{port}", "--", "true")
    assert ended.code == 2
    assert "address already in use" in ended.err
    ended = regdoctor("capture", "run", "--ca-file", tmp_path / "no.pem", "--", "true")
    assert (ended.code, ended.err) == (2, f"regdoctor: {tmp_path / 'no.pem'}: no such file\n")


def test_a_registry_that_is_down_is_told(nobody: str, regdoctor: Command) -> None:
    ended = regdoctor("capture", "run", nobody, "--listen", "127.0.0.1:0")
    assert ended.code == 2
    assert "connection refused. There is nothing to capture." in ended.err
    assert len(ended.err.splitlines()) == 1


def test_the_line_on_usage_has_the_client(regdoctor: Command) -> None:
    assert "[-- CLIENT ARGS...]" in " ".join(regdoctor("capture", "run", "--help").out.split())
