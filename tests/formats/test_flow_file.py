"""Flow files of mitmproxy are read record by record, of every format whose requests are alike."""

from __future__ import annotations

import io
from typing import Any

import pytest

from regdoctor.formats.flow_file import Repeats, bounds, flow_id, read_flow
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
    file = io.BytesIO(_flow() + dumps({"other": 1}))
    places = [where for where in bounds(file) if not isinstance(where, BadRecord)]

    assert [flow_id(file, where) for where in places] == ["f1", ""]
