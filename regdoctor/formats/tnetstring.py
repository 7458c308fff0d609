"""Typed netstrings, as mitmproxy writes its flows: `LENGTH:DATA` and one character for the type, nested."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from typing import Any

_DEEPEST = 32
"""Levels of nesting. A flow has six."""
_LONGEST_LENGTH = 12
"""Digits of a length, as mitmproxy's own reader has it (mitmproxy/io/tnetstring.py)."""

_REACH = _LONGEST_LENGTH + 1
_NO_LENGTH = "no length where one is due"
_BEYOND = "a length goes beyond what there is"

Span = tuple[int, int, int]
"""The type's character code, and where the data begins and ends."""


class Packed(enum.Enum):
    """How a list or a dictionary is left unread, for who knows already what is in it: most come again and again."""

    CONTENT = "content"
    """The bytes between its length and its type; of a value that is neither, the value."""


Shape = Mapping[bytes, "Shape | Packed | None"]
"""The keys of a dictionary that are wanted; of a value that is one in turn, its shape, or None for all of it."""


class TnetstringError(ValueError):
    """What stands there is no typed netstring; the message is one line without a piece of it."""


def span_at(data: bytes, at: int, end: int) -> Span:
    """Where the value that begins at `at` has its data; it ends one character behind. Raises TnetstringError."""
    colon = data.find(b":", at, at + _REACH)
    digits = data[at:colon] if colon > at else b""
    if not digits.isdigit():
        raise TnetstringError(_NO_LENGTH)
    stop = colon + 1 + int(digits)
    if stop >= end:
        raise TnetstringError(_BEYOND)
    return data[stop], colon + 1, stop


def entries(data: bytes, span: Span) -> Iterator[tuple[str, Span]]:
    """The keys of a dictionary with where each value is: a value is parsed if asked for. Raises TnetstringError."""
    tag, at, end = span
    if tag != _DICT:
        raise TnetstringError("a dictionary is due")
    while at < end:
        key = span_at(data, at, end)
        value = span_at(data, key[2] + 1, end)
        yield _key(value_of(data, key)), value
        at = value[2] + 1


def picked(data: bytes, span: Span, wanted: Shape) -> dict[str, Any]:
    """Of a dictionary the entries that are wanted, of those that are dictionaries in turn what the shape names of them.

    Half of what mitmproxy writes of a flow is about its connections: not to look at that saves half of the time. What
    is not wanted is not looked into, so that damage in it is not seen. Raises TnetstringError.
    """
    tag, at, end = span
    if tag != _DICT:
        raise TnetstringError("a dictionary is due")
    found: dict[str, Any] = {}
    find, left = data.find, len(wanted)
    while at < end and left:
        # A key and a value, as span_at has them, written out: this is where the time of reading goes.
        colon = find(b":", at, at + _REACH)
        digits = data[at:colon] if colon > at else b""
        if not digits.isdigit():
            raise TnetstringError(_NO_LENGTH)
        start = colon + 1
        stop = start + int(digits)
        key = data[start:stop]
        at = stop + 1
        colon = find(b":", at, at + _REACH)
        digits = data[at:colon] if colon > at else b""
        if not digits.isdigit():
            raise TnetstringError(_NO_LENGTH)
        at = colon + 1
        stop = at + int(digits)
        if stop >= end:
            raise TnetstringError(_BEYOND)
        if key in wanted:
            found[key.decode()] = _as_wanted(data, (data[stop], at, stop), wanted[key])
            left -= 1
        at = stop + 1
    return found


def _as_wanted(data: bytes, span: Span, shape: Shape | Packed | None) -> Any:
    if shape is None:
        return data[span[1] : span[2]] if span[0] == _BYTES else value_of(data, span)
    if shape is Packed.CONTENT:
        return data[span[1] : span[2]] if span[0] in (_LIST, _DICT) else value_of(data, span)
    return picked(data, span, shape) if span[0] == _DICT else value_of(data, span)


def items(data: bytes) -> Iterator[bytes]:
    """The elements of a list that was left packed, each as it stands, with its length and its type, to be opened."""
    at, end = 0, len(data)
    while at < end:
        stop = span_at(data, at, end)[2] + 1
        yield data[at:stop]
        at = stop


def opened(data: bytes) -> Any:
    """The value that the bytes hold and nothing else. Raises TnetstringError."""
    return value_of(data, span_at(data, 0, len(data)))


def opened_dictionary(content: bytes, wanted: Shape) -> dict[str, Any]:
    """What is wanted of a dictionary that was left packed. Raises TnetstringError."""
    return picked(content, (_DICT, 0, len(content)), wanted)


def value_of(data: bytes, span: Span, deep: int = 0) -> Any:
    """The value: bytes, text, numbers, truth, None, lists and dictionaries. Raises TnetstringError."""
    tag, at, end = span
    if tag == _BYTES:
        return data[at:end]
    if tag in (_LIST, _DICT):
        if deep >= _DEEPEST:
            raise TnetstringError("nested too deep")
        return _list(data, at, end, deep) if tag == _LIST else _dictionary(data, span, deep)
    return _plain(tag, data[at:end])


def dumps(value: Any) -> bytes:
    """The value as a typed netstring. Raises TypeError for a type that there is none for."""
    match value:
        case None:
            return b"0:~"
        case bool():
            return b"4:true!" if value else b"5:false!"
        case int():
            return _framed(str(value).encode(), b"#")
        case float():
            return _framed(repr(value).encode(), b"^")
        case bytes():
            return _framed(value, b",")
        case str():
            return _framed(value.encode(errors="replace"), b";")
        case list() | tuple():
            return _framed(b"".join(map(dumps, value)), b"]")
        case dict():
            return _framed(b"".join(dumps(part) for pair in value.items() for part in pair), b"}")
        case _:
            raise TypeError(f"a {type(value).__name__} has no form as a typed netstring")


_BYTES, _TEXT, _INT, _FLOAT, _BOOL, _NULL, _LIST, _DICT = b",;#^!~]}"


def _list(data: bytes, at: int, end: int, deep: int) -> list[Any]:
    """Written out, as headers are lists of lists and half of all values stand in them."""
    found: list[Any] = []
    find = data.find
    while at < end:
        colon = find(b":", at, at + _REACH)
        digits = data[at:colon] if colon > at else b""
        if not digits.isdigit():
            raise TnetstringError(_NO_LENGTH)
        at = colon + 1
        stop = at + int(digits)
        if stop >= end:
            raise TnetstringError(_BEYOND)
        tag = data[stop]
        found.append(data[at:stop] if tag == _BYTES else value_of(data, (tag, at, stop), deep + 1))
        at = stop + 1
    return found


def _dictionary(data: bytes, span: Span, deep: int) -> dict[str, Any]:
    return {key: value_of(data, value, deep + 1) for key, value in entries(data, span)}


def _key(value: Any) -> str:
    match value:
        case str():
            return value
        case bytes():
            return value.decode("latin-1")
        case _:
            raise TnetstringError("a key that is no text")


def _plain(tag: int, text: bytes) -> Any:
    try:
        match tag:
            case 59:
                return text.decode()
            # Python turns no more than 4300 digits into a number; no flow has more than 20.
            case 35 if len(text) <= 40:
                return int(text)
            case 94 if len(text) <= 40:
                return float(text)
            case 33 if text in (b"true", b"false"):
                return text == b"true"
            case 126 if not text:
                return None
    except ValueError as error:
        raise TnetstringError("a value that its type does not have") from error
    raise TnetstringError("a type that there is none of")


def _framed(data: bytes, tag: bytes) -> bytes:
    return b"%d:%b%b" % (len(data), data, tag)
