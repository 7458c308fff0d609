"""Typed netstrings, as mitmproxy writes its flows: `LENGTH:DATA` and one character for the type, nested."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_DEEPEST = 32
"""Levels of nesting. A flow has six."""
LONGEST_LENGTH = 12
"""Digits of a length, as mitmproxy's own reader has it (mitmproxy/io/tnetstring.py)."""

_REACH = LONGEST_LENGTH + 1
NO_LENGTH = "no length where one is due"
BEYOND = "a length goes beyond what there is"
NO_DICTIONARY = "a dictionary is due"
BYTES, TEXT, INT, FLOAT, BOOL, NULL, LIST, DICTIONARY = b",;#^!~]}"
_LONGEST_NUMBER = 40
"""Characters. Python turns no more than 4300 digits into a number; no flow has more than 20."""

Span = tuple[int, int, int]
"""The type's character code, and where the data begins and ends."""


class TnetstringError(ValueError):
    """What stands there is no typed netstring; the message is one line without a piece of it."""


def span_at(data: bytes, at: int, end: int) -> Span:
    """Where the value that begins at `at` has its data; it ends one character behind. Raises TnetstringError."""
    colon = data.find(b":", at, at + _REACH)
    digits = data[at:colon] if colon > at else b""
    if not digits.isdigit():
        raise TnetstringError(NO_LENGTH)
    stop = colon + 1 + int(digits)
    if stop >= end:
        raise TnetstringError(BEYOND)
    return data[stop], colon + 1, stop


def entries(data: bytes, span: Span) -> Iterator[tuple[str, Span]]:
    """The keys of a dictionary with where each value is: a value is parsed if asked for. Raises TnetstringError."""
    tag, at, end = span
    if tag != DICTIONARY:
        raise TnetstringError(NO_DICTIONARY)
    while at < end:
        key = span_at(data, at, end)
        value = span_at(data, key[2] + 1, end)
        yield _key(value_of(data, key)), value
        at = value[2] + 1


def opened(data: bytes) -> Any:
    """The value that the bytes hold and nothing else. Raises TnetstringError."""
    return value_of(data, span_at(data, 0, len(data)))


def value_of(data: bytes, span: Span, deep: int = 0) -> Any:
    """The value: bytes, text, numbers, truth, None, lists and dictionaries. Raises TnetstringError."""
    tag, at, end = span
    if tag == BYTES:
        return data[at:end]
    if tag in (LIST, DICTIONARY):
        if deep >= _DEEPEST:
            raise TnetstringError("nested too deep")
        return _list(data, at, end, deep) if tag == LIST else _dictionary(data, span, deep)
    return plain_value(tag, data[at:end])


def dumps(value: Any) -> bytes:
    """The value as a typed netstring. Raises TypeError for a type that there is none for."""
    match value:
        case None:
            return b"0:~"
        case bool():
            return b"4:true!" if value else b"5:false!"
        case int():
            return framed(str(value).encode(), b"#")
        case float():
            return framed(repr(value).encode(), b"^")
        case bytes():
            return framed(value, b",")
        case str():
            return framed(value.encode(errors="replace"), b";")
        case list() | tuple():
            return framed(b"".join(map(dumps, value)), b"]")
        case dict():
            return framed(b"".join(dumps(part) for pair in value.items() for part in pair), b"}")
        case _:
            raise TypeError(f"a {type(value).__name__} has no form as a typed netstring")


def _list(data: bytes, at: int, end: int, deep: int) -> list[Any]:
    """Written out, as headers are lists of lists and half of all values stand in them."""
    found: list[Any] = []
    find = data.find
    while at < end:
        colon = find(b":", at, at + _REACH)
        digits = data[at:colon] if colon > at else b""
        if not digits.isdigit():
            raise TnetstringError(NO_LENGTH)
        at = colon + 1
        stop = at + int(digits)
        if stop >= end:
            raise TnetstringError(BEYOND)
        tag = data[stop]
        found.append(data[at:stop] if tag == BYTES else value_of(data, (tag, at, stop), deep + 1))
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


def plain_value(tag: int, text: bytes) -> Any:
    """The value of a type that holds no others. Raises TnetstringError."""
    try:
        if tag == BYTES:
            return text
        if tag == TEXT:
            return text.decode()
        if tag == FLOAT and len(text) <= _LONGEST_NUMBER:
            return float(text)
        if tag == INT and len(text) <= _LONGEST_NUMBER:
            return int(text)
        if tag == NULL and not text:
            return None
        if tag == BOOL and text in (b"true", b"false"):
            return text == b"true"
    except ValueError as error:
        raise TnetstringError("a value that its type does not have") from error
    raise TnetstringError("a type that there is none of")


def framed(data: bytes, tag: bytes) -> bytes:
    """The data with its length before it and its type behind."""
    return b"%d:%b%b" % (len(data), data, tag)
