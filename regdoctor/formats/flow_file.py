"""mitmproxy's flow files (formats 18 to 21: mitmproxy 9 to 12), read without mitmproxy, one record at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from regdoctor.formats.flow_record import ID, KEPT_OF_BODY, RECORD, exchange_of
from regdoctor.formats.flow_repeats import Repeats
from regdoctor.formats.large_flow import read_large
from regdoctor.formats.raw_exchange import BadRecord, RawExchange
from regdoctor.formats.tnetstring import TnetstringError, span_at
from regdoctor.formats.usual_record import usual_record
from regdoctor.formats.wanted_parts import Shape, picked

__all__ = ["IN_MEMORY", "KEPT_OF_BODY", "Bounds", "Repeats", "bounds", "places", "read_flow", "read_record"]

IN_MEMORY = 4 << 20
"""Bytes: a larger record is not read whole."""
_WINDOW = 1 << 20
"""Bytes that are looked at together."""
_HEAD = re.compile(rb"(\d{1,12}):")
_END = re.compile(rb"2:id;36:([0-9a-f-]{36});4:type;4:http;7:version;2:\d\d#}\Z")
"""What stands behind all else in a record of mitmproxy's."""
_AT_END = len(b"2:id;36:;4:type;4:http;7:version;2:21#}") + 36
Bounds = tuple[int, int]
"""Where a record begins in its file, and how many bytes it has."""
Place = tuple[int, int, str]
"""The same, and the flow's own ID; empty where there is none that can be read."""


def bounds(file: BinaryIO) -> Iterator[Bounds | BadRecord]:
    """Where each record is; a BadRecord last where the file is torn or goes on with something else."""
    for place in places(file):
        yield place if isinstance(place, BadRecord) else place[:2]


def places(file: BinaryIO) -> Iterator[Place | BadRecord]:
    """The same with each flow's ID. Hardly more is read than that: of large records their ends alone."""
    size = file.seek(0, 2)
    at = number = base = 0
    window = b""
    while at < size:
        number += 1
        begin = at - base
        head = _HEAD.match(window, begin)
        length = head.end() - begin + int(head[1]) + 1 if head else 0
        if not head or begin + length > len(window):
            file.seek(at)
            window, base, begin = file.read(_WINDOW), at, 0
            head = _HEAD.match(window)
            if not head:
                yield BadRecord(f"byte {at}", "no record of mitmproxy begins here; what follows is not read")
                return
            length = head.end() + int(head[1]) + 1
        if at + length > size:
            yield BadRecord(
                f"record {number}",
                f"it is to end {at + length - size} bytes behind the end of the file: "
                "the recorder was killed while writing, or a length is damaged",
            )
            return
        yield at, length, _flow_id(file, (at, length), window, begin)
        at += length


def _flow_id(file: BinaryIO, where: Bounds, window: bytes, begin: int) -> str:
    at, length = where
    if begin + length > len(window):
        file.seek(at + max(0, length - _AT_END))
        tail = file.read(min(length, _AT_END))
    else:
        tail = window[begin + max(0, length - _AT_END) : begin + length]
    if found := _END.match(tail):
        return found[1].decode()
    try:
        name = _parts(file, where, ID).get("id")
    except TnetstringError:
        return ""
    return name if isinstance(name, str) else ""


def read_flow(
    file: BinaryIO, where: Bounds, number: int, repeats: Repeats | None = None
) -> RawExchange | BadRecord | None:
    """The exchange of one record; None for what is no HTTP exchange (tcp, udp, dns, a websocket).

    repeats: the same for all records of the file.
    """
    name = f"record {number}"
    try:
        flow = _parts(file, where, RECORD)
    except TnetstringError as error:
        return BadRecord(name, f"it is damaged: {error}")
    return exchange_of(flow, name, repeats or Repeats())


def read_record(
    data: bytes, where: Bounds, number: int, repeats: Repeats | None = None
) -> RawExchange | BadRecord | None:
    """The same of a record that is in memory, with others or alone."""
    name = f"record {number}"
    try:
        flow = _in_memory(data, where, RECORD)
    except TnetstringError as error:
        return BadRecord(name, f"it is damaged: {error}")
    return exchange_of(flow, name, repeats or Repeats())


def _in_memory(data: bytes, where: Bounds, wanted: Shape) -> dict[str, Any]:
    at, length = where
    span = span_at(data, at, at + length)
    usual = usual_record(data, span) if wanted is RECORD else None
    return picked(data, span, wanted) if usual is None else usual


def _parts(file: BinaryIO, where: Bounds, wanted: Shape) -> dict[str, Any]:
    """What is wanted of a record, as it stands in it; of a body at most the first MiB where the record is large."""
    at, length = where
    if length > IN_MEMORY:
        return read_large(file, at, length, wanted)
    file.seek(at)
    data = file.read(length)
    return _in_memory(data, (0, len(data)), wanted)
