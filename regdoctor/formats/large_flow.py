"""A record of a flow file that does not fit into memory: what is long in it is passed over."""

from __future__ import annotations

from typing import Any, BinaryIO

from regdoctor.formats.flow_record import KEPT_OF_BODY, MESSAGE
from regdoctor.formats.tnetstring import BEYOND, LONGEST_LENGTH, NO_LENGTH, Span, TnetstringError, value_of
from regdoctor.formats.wanted_parts import Shape

_LONGEST_PART = 1 << 20
"""Bytes of a connection, of headers or of metadata: certificates of a chain are a few kilobytes."""


def read_large(file: BinaryIO, at: int, length: int, wanted: Shape) -> dict[str, Any]:
    """What is wanted of the record that begins at `at`, with the first MiB of each body. Raises TnetstringError."""
    return _read(file, at, length, frozenset(name for name, _ in wanted.values()))


def _read(file: BinaryIO, at: int, length: int, wanted: frozenset[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    _, at, end = _span(file, at, at + length)
    while at < end:
        key = _span(file, at, end)
        value = _span(file, key[2] + 1, end)
        name = str(_value(file, key))
        if name in ("request", "response") and name in wanted and value[2] - value[1] > _LONGEST_PART:
            found[name] = _read(file, key[2] + 1, value[2] + 1 - key[2] - 1, MESSAGE)
        elif name == "content":
            found[name] = _value(file, value, KEPT_OF_BODY)
            found["content_size"] = value[2] - value[1]
        elif name in wanted and value[2] - value[1] <= _LONGEST_PART:
            found[name] = _value(file, value)
        at = value[2] + 1
    return found


def _span(file: BinaryIO, at: int, end: int) -> Span:
    file.seek(at)
    head, colon, _ = file.read(LONGEST_LENGTH + 1).partition(b":")
    if not colon or not head.isdigit():
        raise TnetstringError(NO_LENGTH)
    start = at + len(head) + 1
    stop = start + int(head)
    if stop >= end:
        raise TnetstringError(BEYOND)
    file.seek(stop)
    return file.read(1)[0], start, stop


def _value(file: BinaryIO, span: Span, cap: int = _LONGEST_PART) -> Any:
    tag, at, end = span
    file.seek(at)
    data = file.read(min(end - at, cap))
    return value_of(data, (tag, 0, len(data)))
