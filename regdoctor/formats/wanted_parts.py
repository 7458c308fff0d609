"""Of a typed netstring only what is wanted: the rest is passed over by its length."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from typing import Any

from regdoctor.formats.tnetstring import (
    BEYOND,
    BYTES,
    DICTIONARY,
    LIST,
    NO_DICTIONARY,
    NO_LENGTH,
    Span,
    TnetstringError,
    framed,
    plain_value,
    span_at,
    value_of,
)

_ENTRY = re.compile(rb"(\d{1,2}:[a-z_]{1,40};)(\d{1,12}):")
"""A key as mitmproxy has them, and the length of its value."""
_LENGTH = re.compile(rb"(\d{1,12}):")


class Packed(enum.Enum):
    """How a list or a dictionary is left unread, for who knows already what is in it: most come again and again."""

    CONTENT = "content"
    """The bytes between its length and its type; of a value that is neither, the value."""


Inside = Mapping[bytes, tuple[str, Any]] | Packed | None
"""What is wanted of a value: all of it, or that it is left packed; of a dictionary also its own shape."""
Shape = Mapping[bytes, tuple[str, Inside]]
"""What is wanted of a dictionary (see `shape`): by each key as it is written, its name and what is wanted inside."""


def shape(wanted: Mapping[str, Inside]) -> Shape:
    """The shape of a dictionary with these keys of it wanted."""
    return {framed(name.encode(), b";"): (name, inside) for name, inside in wanted.items()}


def picked(data: bytes, span: Span, wanted: Shape) -> dict[str, Any]:
    """Of a dictionary the entries that are wanted, of those that are dictionaries in turn what the shape names of them.

    Half of what mitmproxy writes of a flow is about its connections: not to look at that saves half of the time. What
    is not wanted is not looked into, so that damage in it is not seen. Raises TnetstringError.
    """
    tag, at, end = span
    if tag != DICTIONARY:
        raise TnetstringError(NO_DICTIONARY)
    found: dict[str, Any] = {}
    match, left = _ENTRY.match, len(wanted)
    while at < end and left:
        # This is where the time of reading goes: one expression reads a key and the length of its value.
        entry = match(data, at, end)
        if entry:
            key, digits = entry.groups()
            at = entry.end()
            stop = at + int(digits)
            if stop >= end:
                raise TnetstringError(BEYOND)
        else:
            key, at, stop = _rare_entry(data, at, end)
        if key in wanted:
            name, inside = wanted[key]
            tag = data[stop]
            found[name] = data[at:stop] if tag == BYTES else _as_wanted(data, (tag, at, stop), inside)
            left -= 1
        at = stop + 1
    return found


def _rare_entry(data: bytes, at: int, end: int) -> tuple[bytes, int, int]:
    """The key of an entry as `shape` has it, and where its value's data begins and ends; for any key."""
    key = span_at(data, at, end)
    value = span_at(data, key[2] + 1, end)
    return framed(data[key[1] : key[2]], b";"), value[1], value[2]


def _as_wanted(data: bytes, span: Span, inside: Inside) -> Any:
    tag, at, end = span
    if tag not in (LIST, DICTIONARY):
        return plain_value(tag, data[at:end])
    if inside is None:
        return value_of(data, span)
    if inside is Packed.CONTENT:
        return data[at:end]
    return picked(data, span, inside) if tag == DICTIONARY else value_of(data, span)


def items(data: bytes) -> list[bytes]:
    """The elements of a list that was left packed, each as it stands, with its length and its type, to be opened.

    Raises TnetstringError.
    """
    found = []
    at, end, match = 0, len(data), _LENGTH.match
    while at < end:
        length = match(data, at)
        if not length:
            raise TnetstringError(NO_LENGTH)
        stop = length.end() + int(length[1]) + 1
        if stop > end:
            raise TnetstringError(BEYOND)
        found.append(data[at:stop])
        at = stop
    return found


def opened_dictionary(content: bytes, wanted: Shape) -> dict[str, Any]:
    """What is wanted of a dictionary that was left packed. Raises TnetstringError."""
    return picked(content, (DICTIONARY, 0, len(content)), wanted)
