"""What a person takes out of a session: the kind of file follows its name, and nobody else can read it."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from regdoctor.capture.export import export
from regdoctor.capture.flow_exchange import Flow
from regdoctor.evidence.recorded import Recorded
from regdoctor.traffic.reading import read_recordings

_CONNECTION = {"id": "connection", "peername": ["192.0.2.7", 50000], "sockname": None, "address": None}


def _message(**more: Any) -> dict[str, Any]:
    return {
        "http_version": b"HTTP/1.1",
        "headers": [[b"Authorization", b"Basic dXNlcjpodW50ZXIy"]],
        "content": b"",
        "trailers": None,
        **more,
    }


def _flow(identifier: str, ended: float, kind: str = "http") -> Flow:
    """As mitmproxy writes a flow of format 21."""
    asked = {"host": "registry.example.com", "port": 443, "scheme": b"https", "authority": b"", "path": b"/v2/"}
    state = {
        "version": 21,
        "type": kind,
        "id": identifier,
        "metadata": {},
        "error": None,
        "client_conn": _CONNECTION,
        "server_conn": _CONNECTION,
        "request": _message(method=b"GET", timestamp_start=ended - 1, timestamp_end=ended - 1, **asked),
        "response": _message(status_code=200, reason=b"OK", timestamp_start=ended, timestamp_end=ended),
    }
    return cast("Flow", SimpleNamespace(get_state=lambda: state))


@pytest.mark.parametrize("name", ["session.flow", "session.har", "session.json", "session"])
def test_it_is_private_and_has_no_secret(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.touch(mode=0o644)
    assert export([_flow("1", 100.0)], path) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"dXNlcjpodW50ZXIy" not in path.read_bytes()


@pytest.mark.parametrize("name", ["session.flow", "session.har"])
def test_flows_come_in_the_order_in_which_they_ended(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    export([_flow("late", 200.0), _flow("early", 100.0)], path)
    assert [one.ended for one in read_recordings([path]) if isinstance(one, Recorded)] == [100.0, 200.0]


def test_what_is_no_exchange_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    assert export([_flow("1", 100.0, kind="tcp"), _flow("2", 100.0)], path) == 1
    assert json.loads(path.read_text())["summary"]["calls"] == 1


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        export([_flow("1", 100.0)], tmp_path / "nowhere" / "session.json")
