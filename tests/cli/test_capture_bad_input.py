"""Recordings that are none: one clear line and exit code 2; what can be read of the others is analysed."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from regdoctor import __main__
from regdoctor.cli.capture_analyze import command
from regdoctor.cli.diagnoses import Form
from regdoctor.exit_codes import ExitCode
from regdoctor.formats.tnetstring import dumps

RECORDINGS = Path(__file__).parents[1] / "traffic/recordings"
FLOWS = (RECORDINGS / "push_head_refused.flow").read_bytes()
PING = {"method": "GET", "url": "https://r/v2/", "headers": []}


def _har(**changes: Any) -> bytes:
    answer = {"status": 200, "headers": [{"name": "Docker-Distribution-Api-Version", "value": "registry/2.0"}]}
    return json.dumps({"log": {"entries": [{"request": PING, "response": answer} | changes]}}).encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"1000000000000:abc", "neither a flow file"),
        (b"999999999999:abc", "behind the end of the file"),
        (FLOWS[:100], "the recorder was killed while writing"),
        (dumps({"version": 17, "type": "http"}), "its format is 17"),
        (b'{"a": [1, 2]}', "no HAR"),
        (b"[]", "no HAR"),
        (b"words", "neither"),
    ],
)
def test_where_nothing_can_be_read_one_line_says_so(
    content: bytes, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "recording"
    path.write_bytes(content)

    assert _run(path, monkeypatch) == ExitCode.USAGE
    _said_in_one_line(words, capsys)


@pytest.mark.parametrize("kind", ["folder", "pipe", "bomb", "nothing"])
def test_what_is_no_file_with_a_recording_is_one_line(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "recording"
    match kind:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "bomb":
            monkeypatch.setattr("regdoctor.traffic.opening._MOST_UNPACKED", 1 << 20)
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("a.har", b'{"log":{"entries":[' + b" " * (4 << 20))
        case _:
            pass
    words = {"folder": "is a folder", "pipe": "no ordinary file", "bomb": "unpacked", "nothing": "No such file"}

    assert _run(path, monkeypatch) == ExitCode.USAGE
    _said_in_one_line(words[kind], capsys)


@pytest.mark.parametrize(
    ("content", "calls", "words"),
    [
        (FLOWS[:-40], 3, "record 4"),
        (FLOWS[:-900] + b"999999999999:x", 3, "record 4"),
        (FLOWS + dumps({"version": 30, "type": "http"}), 4, "its format is 30"),
        (FLOWS + FLOWS, 4, ""),
        (_har(), 1, ""),
        (_har(response={"status": 200, "content": {"text": "e30=", "encoding": "base64"}}), 1, ""),
    ],
)
def test_what_can_be_read_is_analysed(
    content: bytes, calls: int, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "recording"
    path.write_bytes(content)
    command([path], Form.JSON)
    written = capsys.readouterr()

    assert sum(json.loads(written.out)["calls"].values()) == calls
    assert words in written.err
    assert len(written.err.splitlines()) == (2 if words else 1)


def _run(path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.argv", ["regdoctor", "capture", "analyze", str(path)])
    with pytest.raises(SystemExit) as ended:
        __main__.main()
    return int(ended.value.code or 0)


def _said_in_one_line(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    written = capsys.readouterr()
    assert not written.out
    assert len(written.err.splitlines()) == 1
    assert words in written.err
