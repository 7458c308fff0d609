"""A large file is read by two processes as one reads it."""

from __future__ import annotations

import secrets
import sys
import uuid
from pathlib import Path

import pytest

from regdoctor.evidence.recorded import Recorded
from regdoctor.formats.raw_exchange import BadRecord
from regdoctor.formats.tnetstring import dumps
from regdoctor.traffic import flow_reading, reading_aside
from regdoctor.traffic.reading import read_recordings

KEY = bytes(32)


def _record(number: int, *, version: int = 21, body: bytes = b"", name: str = "") -> bytes:
    times = {"timestamp_end": 1700000000.5 + number, "timestamp_start": 1700000000.25 + number}
    token = [b"Authorization", b"Bearer secret-%d" % (number // 10)]
    return dumps(
        {
            "websocket": None,
            "response": {"status_code": 200, "content": body, "headers": [[b"Server", b"nginx"]]} | times,
            "request": {
                "path": b"/v2/app/manifests/%d" % number,
                "scheme": b"https",
                "method": b"GET",
                "port": 443,
                "host": "registry.example.com",
                "content": b"",
                "headers": [[b"Host", b"registry.example.com"], token],
            }
            | times,
            "server_conn": None,
            "client_conn": {"id": "c", "peername": ["192.0.2.7", 4]},
            "error": None,
            "id": name or str(uuid.UUID(int=number)),
            "type": "http",
            "version": version,
        }
    )


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """With all that a file can have: flows that come twice, what is no exchange, what is damaged, a torn end."""
    records = [_record(number) for number in range(600)]
    records[50] = _record(50, version=17)
    records[51] = _record(51, version=17)
    records[90] = records[90].replace(b"11:status_code;3:200#", b"11:status_code;3:2x0#")
    records[100] = dumps({"type": "tcp", "version": 21})
    records[200] = _record(200, body=bytes(5 << 20))
    records[300] = _record(300, name=str(uuid.UUID(int=7)))
    path = tmp_path / "long.flow"
    path.write_bytes(b"".join(records) + b"999:torn")
    return path


def _read(path: Path, monkeypatch: pytest.MonkeyPatch, *, two: bool) -> list[Recorded | BadRecord]:
    monkeypatch.setattr(secrets, "token_bytes", lambda _: KEY)
    monkeypatch.setattr(flow_reading, "_PIECE", 4096)
    monkeypatch.setattr(flow_reading, "_WORTH_TWO", 0 if two else 1 << 40)
    monkeypatch.setattr(reading_aside, "can_work_aside", lambda: True)
    return list(read_recordings([path]))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all is done in one process")
def test_two_processes_tell_what_one_tells(recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = (_read(recording, monkeypatch, two=several) for several in (False, True))

    assert two == one
    assert [item.where for item in one if isinstance(item, BadRecord)] == ["record 51", "record 91", "record 601"]
    # Of the other format both are one complaint; one flow has two records, and one is no exchange.
    assert sum(isinstance(item, Recorded) for item in one) == 600 - 2 - 1 - 1 - 1


@pytest.mark.parametrize("piece", [1, 1000, 1 << 20])
def test_it_does_not_matter_how_much_is_read_together(
    piece: int, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = _read(recording, monkeypatch, two=False)
    monkeypatch.setattr(flow_reading, "_PIECE", piece)

    assert list(read_recordings([recording])) == expected


def test_reading_may_end_at_any_time(recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _open_files()
    monkeypatch.setattr(flow_reading, "_WORTH_TWO", 0)
    monkeypatch.setattr(reading_aside, "can_work_aside", lambda: sys.platform == "linux")
    items = read_recordings([recording])
    next(items)
    items.close()  # type: ignore[attr-defined]

    assert _open_files() == before


def _open_files() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0
