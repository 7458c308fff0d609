"""Recordings are written whole or not at all, for their owner alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.recorded import Recorded
from regdoctor.exit_codes import UsageError
from regdoctor.formats.tnetstring import opened
from regdoctor.traffic.writing import RecordingKind, flow_record, har_entry, kind_of, write_recording


def _recorded(url: str = "https://r:5050/v2/?n=1") -> Recorded:
    return Recorded(Exchange("GET", url, status=200, headers=(("Server", "x"),), started=5.0, seconds=0.5), "1", 6.0)


@pytest.mark.parametrize(("name", "kind"), [("a.har", "har"), ("a.HAR", "har"), ("a.flow", "flow"), ("a", "flow")])
def test_the_name_tells_the_kind(name: str, kind: str) -> None:
    assert kind_of(Path(name)) is RecordingKind(kind)


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://r:5050/v2/?n=1", (b"https", "r", 5050, b"/v2/?n=1")),
        ("http://r", (b"http", "r", 80, b"")),
        ("https://[::1]:5/a", (b"https", "::1", 5, b"/a")),
        ("https://r:99999/a", (b"https", "r:99999", 0, b"/a")),
    ],
)
def test_a_flow_has_its_address_in_parts(url: str, parts: tuple[object, ...]) -> None:
    request = opened(flow_record(_recorded(url)))["request"]

    assert (request["scheme"], request["host"], request["port"], request["path"]) == parts


def test_an_entry_has_its_times_in_milliseconds() -> None:
    entry = har_entry(_recorded())

    assert (entry["startedDateTime"], entry["time"]) == ("1970-01-01T00:00:05+00:00", 1000.0)
    assert entry["timings"] == {"send": 0, "wait": 500.0, "receive": 500.0}


@pytest.mark.parametrize("kind", list(RecordingKind))
def test_the_file_is_its_owners_alone(kind: RecordingKind, tmp_path: Path) -> None:
    write_recording([_recorded(), _recorded()], tmp_path / "a", kind)

    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_har_without_entries_is_json(tmp_path: Path) -> None:
    write_recording([], tmp_path / "a.har", "har")

    assert json.loads((tmp_path / "a.har").read_bytes())["log"]["entries"] == []


def test_what_was_there_stays_where_writing_breaks_off(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"before")

    def broken() -> Iterator[Recorded]:
        yield _recorded()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_recording(broken(), tmp_path / "a", "flow")

    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"before")]


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written: No such file"):
        write_recording([], tmp_path / "none" / "a", "flow")
