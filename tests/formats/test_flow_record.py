"""A record becomes an exchange; what mitmproxy cannot have written is said to be damaged."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from regdoctor.formats.flow_record import KEPT_OF_BODY, exchange_of
from regdoctor.formats.flow_repeats import Repeats
from regdoctor.formats.raw_exchange import BadRecord, RawExchange

REQUEST = {"method": b"GET", "scheme": b"https", "host": "r", "port": 443, "path": b"/v2/", "timestamp_start": 1.0}
LENGTH = [[b"Content-Length", b"7"]]


def _told(response: dict[str, Any] | None = None, request: dict[str, Any] | None = None, **changes: Any) -> RawExchange:
    flow = {"version": 21, "type": "http", "id": "1", "request": REQUEST | (request or {}), "response": response}
    raw = exchange_of(flow | changes, "record 1", Repeats())
    assert isinstance(raw, RawExchange)
    return raw


def test_without_an_answer_there_is_the_recorders_word() -> None:
    raw = _told(error={"msg": "server closed connection", "timestamp": 3.0})

    assert (raw.status, raw.error, raw.error_at, raw.ended) == (None, "server closed connection", 3.0, None)


@pytest.mark.parametrize(
    ("method", "status", "size"), [(b"GET", 200, 7), (b"HEAD", 200, None), (b"GET", 304, None), (b"GET", 204, None)]
)
def test_what_was_announced_counts_where_a_body_comes(method: bytes, status: int, size: int | None) -> None:
    raw = _told({"status_code": status, "headers": LENGTH, "timestamp_end": 2.0}, {"method": method})

    assert raw.response_size == size


def test_a_body_is_told_without_its_encoding_and_with_its_size_as_it_went_by() -> None:
    packed = gzip.compress(b"{}")
    raw = _told({"status_code": 200, "headers": [[b"content-encoding", b"gzip"]], "content": packed})

    assert (raw.response_body, raw.response_size, raw.response_cut) == (b"{}", len(packed), False)


def test_a_long_body_is_cut() -> None:
    raw = _told({"status_code": 200, "content": bytes(KEPT_OF_BODY + 1)})

    assert raw.response_body == bytes(KEPT_OF_BODY)
    assert (raw.response_size, raw.response_cut) == (KEPT_OF_BODY + 1, True)


def test_of_a_record_of_ours_what_its_notes_do_not_say_is_not_known() -> None:
    client = {"id": "c", "peername": ["192.0.2.7", 1]}
    notes = {"regdoctor.cleaned": True, "regdoctor.request_size": 9, "regdoctor.client": "192.0.2.9"}
    raw = _told({"status_code": 200, "content": b"x"}, client_conn=client, metadata=notes)

    assert (raw.request_size, raw.response_size, raw.client, raw.connection) == (9, None, "192.0.2.9", "")


@pytest.mark.parametrize("value", [-1.0, 1e15, float("nan"), float("inf"), True, "1"])
def test_what_is_no_time_is_not_known(value: Any) -> None:
    assert _told(request={"timestamp_start": value}).started is None


@pytest.mark.parametrize("changes", [{"type": "tcp"}, {"websocket": {}}, {"request": None}])
def test_what_is_no_exchange_is_passed_over(changes: dict[str, Any]) -> None:
    flow = {"version": 21, "type": "http", "request": REQUEST} | changes

    assert exchange_of(flow, "record 1", Repeats()) is None


@pytest.mark.parametrize("changes", [{"response": [1]}, {"client_conn": [1]}, {"error": "x"}])
def test_a_part_of_another_type_is_damage(changes: dict[str, Any]) -> None:
    flow = {"version": 21, "type": "http", "request": REQUEST} | changes

    assert isinstance(exchange_of(flow, "record 1", Repeats()), BadRecord)
