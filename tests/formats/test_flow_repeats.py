"""What comes again is worked out once, and its number is bounded."""

from __future__ import annotations

from typing import Any

import pytest

from regdoctor.formats import flow_repeats
from regdoctor.formats.flow_repeats import Client, Repeats, readable
from regdoctor.formats.tnetstring import dumps

CLIENT = {"id": "c1", "peername": ["192.0.2.7", 4], "proxy_mode": "regular", "sockname": ["192.0.2.1", 8]}


def _packed(value: Any) -> bytes:
    return dumps(value).partition(b":")[2][:-1]


def test_a_client_is_told_alike_whether_it_was_packed_or_not() -> None:
    repeats = Repeats()
    told = Client("c1", "192.0.2.7", "regular", "")

    assert [repeats.client(value) for value in (_packed(CLIENT), _packed(CLIENT), CLIENT)] == [told] * 3
    assert repeats.client(None) == Client("", "", "", "")


def test_a_server_has_the_address_that_was_connected_to_or_else_was_asked_for() -> None:
    repeats = Repeats()
    server = {"peername": None, "address": ["r", 443]}

    assert [repeats.server(value) for value in (_packed(server), server, None)] == ["r:443", "r:443", ""]


def test_headers_stay_in_their_order() -> None:
    headers = [[b"A", b"1"], [b"B", b"\xe9"], [b"A", b"1"]]
    repeats, told = Repeats(), (("A", "1"), ("B", "é"), ("A", "1"))

    assert [repeats.headers({"headers": value}) for value in (_packed(headers), headers, None)] == [told, told, ()]


def test_of_many_headers_no_more_than_a_few_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow_repeats, "_MOST_HEADERS", 3)
    repeats = Repeats()
    for number in range(10):
        assert repeats.headers({"headers": _packed([[b"A", b"%d" % number]])}) == (("A", str(number)),)

    assert len(repeats._headers) <= 3


def test_bytes_are_text_and_what_is_neither_is_empty() -> None:
    assert [readable(value) for value in ("é".encode(), b"\xe9", "a", None, 1)] == ["é", "é", "a", "", ""]


def test_headers_that_come_together_again_are_told_alike_and_few_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow_repeats, "_MOST_BLOCKS", 3)
    repeats = Repeats()
    for number in [*range(10), *range(10)]:
        packed = _packed([[b"A", b"1"], [b"B", b"%d" % number]])
        assert repeats.headers({"headers": packed}) == repeats.headers({"headers": packed})
        assert repeats.headers({"headers": packed}) == (("A", "1"), ("B", str(number)))
    repeats.headers({"headers": _packed([[b"A", b"x" * 5000]])})

    assert len(repeats._blocks) <= 3
