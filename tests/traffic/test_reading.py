"""Recordings that are torn, packed, damaged or none."""

from __future__ import annotations

import gzip
import json
import zipfile
import zlib
from pathlib import Path

import pytest

from regdoctor.evidence.recorded import Recorded
from regdoctor.exit_codes import UsageError
from regdoctor.formats.raw_exchange import BadRecord
from regdoctor.formats.tnetstring import dumps
from regdoctor.traffic.reading import read_recordings
from regdoctor.traffic.writing import write_recording

RECORDINGS = Path(__file__).parent / "recordings"
FLOWS = (RECORDINGS / "push_head_refused.flow").read_bytes()
HAR = (RECORDINGS / "push_head_refused.har").read_bytes()


def _read(content: bytes, folder: Path) -> list[Recorded | BadRecord]:
    path = folder / "recording"
    path.write_bytes(content)
    return list(read_recordings([path]))


def _kinds(items: list[Recorded | BadRecord]) -> list[str]:
    return [type(item).__name__ for item in items]


@pytest.mark.parametrize("content", [FLOWS[:-40], HAR[:-600], FLOWS[:-900] + b"999999999999:x"])
def test_of_a_torn_file_the_rest_is_read(content: bytes, tmp_path: Path) -> None:
    assert _kinds(_read(content, tmp_path)) == ["Recorded", "Recorded", "Recorded", "BadRecord"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\xd4\xc3\xb2\xa1" + bytes(60), "packets"),
        (gzip.compress(FLOWS), "gunzip"),
        (bytes(range(128, 256)), "neither"),
        (b'{"a": [1, 2]}', "no HAR"),
        (b"999999999999:abc", "behind the end"),
        (dumps({"version": 17, "type": "http"}) * 3, "mitmdump -nr"),
        (b'{"log":{"entries":[' + b"[" * 200_000, "nested"),
        (b"PK\x03\x04" + bytes(60), "zip"),
        (b"\x78\x9c" + bytes(60), "damaged"),
        (zlib.compress(b" " * 100), "no HAR"),
    ],
)
def test_what_is_no_recording_is_one_line(content: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        _read(content, tmp_path)

    assert "\n" not in str(caught.value)


def test_a_folder_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        read_recordings([tmp_path])


def test_packed_hars_are_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("session.har", HAR)

    assert _kinds(list(read_recordings([tmp_path / "a.zip"]))) == ["Recorded"] * 4
    assert _kinds(_read(zlib.compress(HAR), tmp_path)) == ["Recorded"] * 4


def test_of_flows_with_one_id_the_last_counts_where_it_stands(tmp_path: Path) -> None:
    assert _kinds(_read(FLOWS + FLOWS, tmp_path)) == ["Recorded"] * 4


def test_a_bad_record_between_others_is_one_line(tmp_path: Path) -> None:
    damaged = dumps({"version": 21, "type": "http", "request": {"headers": 7}})

    items = _read(FLOWS + damaged, tmp_path)

    assert _kinds(items) == ["Recorded"] * 4 + ["BadRecord"]
    assert isinstance(items[-1], BadRecord)
    assert items[-1].where == "record 5"


def test_other_flows_are_passed_over(tmp_path: Path) -> None:
    assert _read(dumps({"version": 21, "type": "tcp"}), tmp_path) == []


def test_a_body_beyond_memory_is_passed_over(tmp_path: Path) -> None:
    flow = {
        "version": 21,
        "type": "http",
        "id": "big",
        "request": {
            "method": b"GET",
            "scheme": b"https",
            "host": "r",
            "port": 443,
            "path": b"/v2/a/blobs/sha256:1",
            "headers": [],
        },
        "response": {"status_code": 200, "headers": [], "content": bytes(6 << 20), "timestamp_start": 2.0},
    }
    (item,) = _read(dumps(flow), tmp_path)

    assert isinstance(item, Recorded)
    assert item.response_size == 6 << 20
    assert item.exchange.truncated


@pytest.mark.parametrize(
    ("changes", "status", "seconds"),
    [
        ({"timings": {"wait": 30, "send": 20}}, 404, 0.05),
        ({"time": -1}, 404, 0.0),
        ({"response": {"status": 0, "_error": "net::ERR_CONNECTION_REFUSED"}}, None, 0.1),
    ],
)
def test_hars_of_browsers_are_read(
    changes: dict[str, object], status: int | None, seconds: float, tmp_path: Path
) -> None:
    entry = {
        "startedDateTime": "2024-01-01T00:00:00.000Z",
        "time": 100,
        "request": {"method": "GET", "url": "https://r/v2/", "httpVersion": "h2", "headers": [[":path", "/"]]},
        "response": {
            "status": 404,
            "content": {"encoding": "base64", "text": "eyJlcnJvcnMiOltdfQ=="},
            "headers": [{"name": "server", "value": "nginx"}],
        },
    } | changes
    cached = entry | {"_fromCache": "disk"}
    (item,) = _read(json.dumps({"log": {"entries": [cached, entry]}}).encode(), tmp_path)

    assert isinstance(item, Recorded)
    assert (item.exchange.status, item.exchange.seconds, item.http_version) == (status, seconds, "HTTP/2.0")
    assert (item.exchange.body == b'{"errors":[]}') is (status is not None)


@pytest.mark.parametrize("version", [18, 19, 20])
def test_older_formats_are_read_as_the_newest(version: int, tmp_path: Path) -> None:
    assert FLOWS.count(b"7:version;2:21#") == 4

    older = _read(FLOWS.replace(b"7:version;2:21#", b"7:version;2:%d#" % version), tmp_path)

    assert _kinds(older) == ["Recorded"] * 4


def test_files_are_told_as_one_in_the_order_in_which_exchanges_ended(tmp_path: Path) -> None:
    for name, times in (("a", (1, 4)), ("b", (2, 3))):
        flows = b"".join(dumps(_flow(f"{name}{time}", time)) for time in times)
        (tmp_path / name).write_bytes(flows + b"torn")
    items = list(read_recordings([tmp_path / "a", tmp_path / "b"]))

    assert [item.id for item in items if isinstance(item, Recorded)] == ["a1", "b2", "b3", "a4"]
    assert sorted(item.where[:3] for item in items if isinstance(item, BadRecord)) == ["a: ", "b: "]


def test_of_one_id_in_two_files_the_last_counts(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(dumps(_flow("same", 1)))
    (tmp_path / "b").write_bytes(dumps(_flow("same", 2)))

    assert [item.ended for item in read_recordings([tmp_path / "a", tmp_path / "b"]) if isinstance(item, Recorded)] == [
        2.0
    ]


def test_comments_and_metadata_of_others_do_not_pass(tmp_path: Path) -> None:
    secret = "Qx7f1dZ9b22kLmC0ffee55T"
    notes = {"comment": secret, "marked": secret, "metadata": {"own": secret, "regdoctor.url": secret, secret: "x"}}
    (item,) = _read(dumps(_flow("1", 1) | notes), tmp_path)

    assert isinstance(item, Recorded)
    assert secret not in f"{item!r} {item.exchange!r}"


def test_a_zip_that_unpacks_to_more_than_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regdoctor.traffic.opening._MOST_UNPACKED", 1 << 20)
    with zipfile.ZipFile(tmp_path / "bomb", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.har", b'{"log":{"entries":[' + b" " * (4 << 20))

    with pytest.raises(UsageError, match="unpacked"):
        list(read_recordings([tmp_path / "bomb"]))


def test_where_a_recorder_stands_in_reverse_mode_is_told_and_written(tmp_path: Path) -> None:
    client = {"proxy_mode": "reverse:https://r@5001", "sockname": ["127.0.0.1", 5001]}
    (item,) = _read(dumps(_flow("1", 1) | {"client_conn": client}), tmp_path)
    assert isinstance(item, Recorded)
    write_recording([item], tmp_path / "again", "flow")
    (again,) = read_recordings([tmp_path / "again"])

    assert (item.capture_origin, item.upstream_origin) == ("http://127.0.0.1:5001", "https://r")
    assert again == item


def _flow(name: str, ended: float) -> dict[str, object]:
    request = {"method": b"GET", "scheme": b"https", "host": "r", "port": 443, "path": b"/v2/", "headers": []}
    response = {"status_code": 200, "headers": [], "content": b"", "timestamp_start": ended, "timestamp_end": ended}
    return {
        "version": 21,
        "type": "http",
        "id": name,
        "request": request | {"timestamp_start": ended - 0.5, "timestamp_end": ended - 0.4},
        "response": response,
    }
