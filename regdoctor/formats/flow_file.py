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
from regdoctor.formats.wanted_parts import Shape, picked

__all__ = ["KEPT_OF_BODY", "Bounds", "Repeats", "bounds", "flow_id", "read_flow"]

_IN_MEMORY = 4 << 20
"""Bytes: a larger record is not read whole."""
_PREFIX = 13
_END = 120
"""Bytes: enough for what stands behind all else in a record of mitmproxy's."""
_ID_AT_END = re.compile(rb"2:id;36:([0-9a-f-]{36});4:type;4:http;7:version;2:\d\d#}\Z")
Bounds = tuple[int, int]
"""Where a record begins in its file, and how many bytes it has."""


def bounds(file: BinaryIO) -> Iterator[Bounds | BadRecord]:
    """Where each record is; a BadRecord last where the file is torn or goes on with something else."""
    size = file.seek(0, 2)
    at = number = 0
    while at < size:
        number += 1
        file.seek(at)
        head, colon, _ = file.read(_PREFIX).partition(b":")
        if not colon or not head.isdigit():
            yield BadRecord(f"byte {at}", "no record of mitmproxy begins here; what follows is not read")
            return
        length = len(head) + 2 + int(head)
        if at + length > size:
            yield BadRecord(
                f"record {number}",
                f"it is to end {at + length - size} bytes behind the end of the file: "
                "the recorder was killed while writing, or a length is damaged",
            )
            return
        yield at, length
        at += length


def flow_id(file: BinaryIO, where: Bounds) -> str:
    """The flow's own ID; empty where there is none that can be read. Hardly more is read than that."""
    at, length = where
    file.seek(at + max(0, length - _END))
    if found := _ID_AT_END.search(file.read(min(length, _END))):
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


def _parts(file: BinaryIO, where: Bounds, wanted: Shape) -> dict[str, Any]:
    """What is wanted of a record, as it stands in it; of a body at most the first MiB where the record is large."""
    at, length = where
    if length > _IN_MEMORY:
        return read_large(file, at, length, wanted)
    file.seek(at)
    data = file.read(length)
    return picked(data, span_at(data, 0, len(data)), wanted)
