"""Flow files of mitmproxy are read record by record, of every format whose requests are alike."""

from __future__ import annotations

import io
from typing import Any

import pytest

from regdoctor.formats.flow_file import Repeats, bounds, places, read_flow, read_record
from regdoctor.formats.raw_exchange import BadRecord, RawExchange
from regdoctor.formats.tnetstring import dumps

CLIENT = {"id": "c1", "peername": ["::ffff:192.0.2.7", 40000], "proxy_mode": "regular"}


def _flow(**changes: Any) -> bytes:
    request = {
        "method": b"GET",
        "scheme": b"https",
        "host": "registry.example.com",
        "port": 5050,
        "path": b"/v2/",
        "headers": [[b"Accept", b"*/*"], [b"X-Latin", b"\xe9"]],
        "timestamp_start": 1.0,
    }
    response = {"status_code": 200, "headers": [[b"Content-Length", b"7"]], "content": None, "timestamp_end": 2.0}
    flow = {"version": 21, "type": "http", "id": "f1", "client_conn": CLIENT, "request": request, "response": response}
    return dumps(flow | changes)


def _read(content: bytes, repeats: Repeats | None = None) -> list[RawExchange | BadRecord | None]:
    file = io.BytesIO(content)
    places = [where for where in bounds(file) if not isinstance(where, BadRecord)]
    return [read_flow(file, where, number, repeats) for number, where in enumerate(places, 1)]


@pytest.mark.parametrize("version", [18, 19, 20, 21])
def test_all_these_formats_are_read_alike(version: int) -> None:
    (raw,) = _read(_flow(version=version))

    assert isinstance(raw, RawExchange)
    assert (raw.url, raw.status, raw.response_size) == ("https://registry.example.com:5050/v2/", 200, 7)
    assert (raw.client, raw.connection) == ("192.0.2.7", "c1")
    assert raw.request_headers == (("Accept", "*/*"), ("X-Latin", "é"))


@pytest.mark.parametrize("version", [17, 22, "21", None])
def test_another_format_is_said_to_be_one(version: Any) -> None:
    (bad,) = _read(_flow(version=version))

    assert isinstance(bad, BadRecord)
    assert "mitmdump -nr OLD -w NEW" in bad.why


def test_what_comes_again_is_read_as_it_was_the_first_time() -> None:
    first, again = _read(_flow() * 2, Repeats())

    assert isinstance(first, RawExchange)
    assert isinstance(again, RawExchange)
    assert [(one.client, one.request_headers, one.response_headers) for one in (first, again)] == [
        ("192.0.2.7", (("Accept", "*/*"), ("X-Latin", "é")), (("Content-Length", "7"),))
    ] * 2


@pytest.mark.parametrize("changes", [{"request": {"headers": [[b"a"]]}}, {"client_conn": [1]}, {"response": [1]}])
def test_a_part_of_another_type_makes_a_bad_record(changes: dict[str, Any]) -> None:
    (bad,) = _read(_flow(**changes))

    assert isinstance(bad, BadRecord)


def test_the_origin_of_a_recorder_in_reverse_mode_is_told() -> None:
    client = CLIENT | {"proxy_mode": "reverse:https://registry.example.com@5001", "sockname": ["127.0.0.1", 5001]}
    (raw,) = _read(_flow(client_conn=client))

    assert isinstance(raw, RawExchange)
    assert raw.capture_origin == "http://127.0.0.1:5001"


def test_the_id_is_found_wherever_it_stands() -> None:
    file = io.BytesIO(_flow() + dumps({"other": 1}) + _flow(id="2" * 36) + _flow(id=7))

    assert [place[2] for place in places(file) if not isinstance(place, BadRecord)] == ["f1", "", "2" * 36, ""]


def test_a_record_is_found_behind_one_that_is_longer_than_what_is_looked_at_together() -> None:
    records = [_flow(id="a"), _flow(id="b", comment="x" * (3 << 20)), _flow(id="c"), _flow(id="d" * 36)]
    file = io.BytesIO(b"".join(records))

    found = [place for place in places(file) if not isinstance(place, BadRecord)]

    assert [(length, name) for _, length, name in found] == [
        (len(record), name) for record, name in zip(records, ("a", "b", "c", "d" * 36), strict=True)
    ]
    assert list(bounds(file)) == [place[:2] for place in found]


@pytest.mark.parametrize(("tail", "where"), [(b"9:abc", "record 3"), (b"x", "byte "), (b"3:a", "record 3")])
def test_where_a_file_is_torn_is_told_last(tail: bytes, where: str) -> None:
    *before, last = places(io.BytesIO(_flow() * 2 + tail))

    assert len(before) == 2
    assert isinstance(last, BadRecord)
    assert last.where.startswith(where)


def test_a_record_among_others_in_memory_is_read_as_one_by_itself() -> None:
    content = _flow(id="a") + _flow(id="b")
    file = io.BytesIO(content)

    found = [where for where in bounds(file) if not isinstance(where, BadRecord)]

    assert [read_record(content, where, 1) for where in found] == _read(content)
