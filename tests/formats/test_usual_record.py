"""What is read by a few expressions is what a walk through the record tells, whatever is written in it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from regdoctor.formats.flow_record import RECORD
from regdoctor.formats.tnetstring import TnetstringError, dumps, span_at
from regdoctor.formats.usual_record import usual_record
from regdoctor.formats.wanted_parts import picked

CONNECTION = {"via": None, "id": "c1", "peername": ["192.0.2.7", 4]}


def _flow(**changes: Any) -> dict[str, Any]:
    """In mitmproxy's order. changes: `response_content` is that of the response."""

    def of(part: str, entries: dict[str, Any]) -> dict[str, Any]:
        return {name: changes.get(f"{part}_{name}", value) for name, value in entries.items()}

    times = {"timestamp_end": 1700000000.25, "timestamp_start": 1700000000.125, "trailers": None}
    ends = {"content": b"{}", "headers": [[b"A", b"1"]], "http_version": b"HTTP/1.1"}
    asked = {"path": b"/v2/", "authority": b"", "scheme": b"https", "method": b"GET", "port": 443, "host": "r"}
    flow = {
        "websocket": None,
        "response": of("response", {"reason": b"OK", "status_code": 200} | times | ends),
        "request": of("request", asked | times | ends),
        "backup": None,
        "timestamp_created": 1700000000.5,
        "comment": "",
        "metadata": {},
        "marked": "",
        "is_replay": None,
        "intercepted": False,
        "server_conn": CONNECTION,
        "client_conn": CONNECTION,
        "error": None,
        "id": "0a" * 18,
        "type": "http",
        "version": 21,
    }
    return {name: changes.get(name, value) for name, value in flow.items()}


def _walked(data: bytes) -> dict[str, Any] | None:
    """None where a walk does not get through."""
    try:
        return picked(data, span_at(data, 0, len(data)), RECORD)
    except TnetstringError:
        return None


def _usual(data: bytes) -> dict[str, Any] | None:
    try:
        span = span_at(data, 0, len(data))
    except TnetstringError:
        return None
    return usual_record(data, span)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"response_content": None, "request_content": None},
        {"response_content": b",7:headers;0:]", "request_path": b"/,9:authority;0:,6:scheme;"},
        {"metadata": {"regdoctor.id": "x"}, "comment": "of ours;8:metadata;", "marked": ":red_circle:"},
        {"request_authority": b"r.example.com:443", "request_http_version": b"HTTP/2.0", "version": 18},
        {"response_headers": [], "request_headers": [[b"", b"]12:http_version;8:HTTP/1.1,}"]]},
    ],
)
def test_a_usual_record_is_read_as_a_walk_reads_it(changes: dict[str, Any]) -> None:
    data = dumps(_flow(**changes))

    assert _usual(data) == _walked(data) is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"response": None},
        {"error": {"msg": "x", "timestamp": 1.0}},
        {"websocket": {}},
        {"type": "tcp"},
        {"id": "1"},
        {"response_timestamp_end": None},
        {"request_host": "größe"},
        {"response_status_code": 2000},
        {"metadata": [1]},
    ],
)
def test_another_record_is_left_to_the_walk(changes: dict[str, Any]) -> None:
    assert _usual(dumps(_flow(**changes))) is None


def test_in_another_order_it_is_left_to_the_walk() -> None:
    assert _usual(dumps(dict(reversed(_flow().items())))) is None


PIECES = st.sampled_from(
    [b"", b"0:~", b"1:", b"2:", b",", b";", b"}", b"]", b"#", b"^", b"7:headers;", b"0:}", b"\xff"]
)
USUAL = dumps(_flow(metadata={"a": [1]}, comment="c", request_path=b"/v2/x/blobs/uploads/?a=1"))


@given(
    at=st.integers(0, len(USUAL)),
    gone=st.integers(0, 12),
    piece=PIECES | st.binary(max_size=6),
    fits=st.booleans(),
)
@example(at=0, gone=0, piece=b"", fits=True)
def test_of_a_damaged_record_nothing_is_told_that_a_walk_does_not_tell(
    at: int, gone: int, piece: bytes, *, fits: bool
) -> None:
    damaged = USUAL[:at] + piece + USUAL[at + gone :]
    if fits:
        # The length of the whole is right again, so that more than it is looked at.
        body = damaged.partition(b":")[2]
        damaged = b"%d:%b" % (max(0, len(body) - 1), body)

    found = _usual(damaged)

    assert found is None or found == _walked(damaged)


@given(st.lists(st.tuples(st.integers(0, len(USUAL) - 1), st.sampled_from(b"0123456789:;,]}~#^a")), max_size=3))
def test_with_other_lengths_and_types_it_tells_what_a_walk_tells(changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(USUAL)
    for at, byte in changes:
        damaged[at] = byte

    found = _usual(bytes(damaged))

    assert found is None or found == _walked(bytes(damaged))


TEXTS = st.binary(max_size=30) | st.sampled_from([b",7:headers;0:]", b"0:~", b"}6:backup;"])


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "response_content": TEXTS | st.none(),
            "request_content": TEXTS | st.none(),
            "request_path": TEXTS,
            "response_reason": TEXTS,
            "request_method": TEXTS,
            "request_host": st.text(max_size=8),
            "request_port": st.integers(-3, 10**6),
            "response_status_code": st.integers(-3, 2000),
            "response_timestamp_end": st.none() | st.floats() | st.integers(),
            "comment": st.text(max_size=8),
            "marked": st.text(max_size=8),
            "metadata": st.dictionaries(st.text(max_size=4), st.text(max_size=4) | st.binary(max_size=4)),
            "response_headers": st.lists(st.lists(TEXTS, max_size=3), max_size=3),
            "version": st.integers(0, 120),
            "id": st.text(max_size=4) | st.uuids().map(str),
        },
    )
)
def test_whatever_is_in_a_record_both_tell_the_same(changes: dict[str, Any]) -> None:
    data = dumps(_flow(**changes))

    found = _usual(data)

    assert found is None or repr(found) == repr({name: _in_order(_walked(data), found)[name] for name in found})


def _in_order(walked: dict[str, Any] | None, found: dict[str, Any]) -> dict[str, Any]:
    """What was walked, with its entries in the order of what was found, so that a text of both compares NaN as well."""
    assert walked is not None
    assert walked.keys() == found.keys()
    inner = ("request", "response")
    return {
        name: {key: value[key] for key in found[name]} if name in inner else value for name, value in walked.items()
    }
