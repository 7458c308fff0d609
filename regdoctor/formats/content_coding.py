"""The content encodings of HTTP (RFC 9110 section 8.4), undone within a bound."""

from __future__ import annotations

import importlib
import zlib
from typing import Any

_LARGEST_BROTLI = 64 * 1024
"""Bytes: brotli's reader takes no bound, so it is fed byte by byte."""


def decoded(body: bytes, coding: str, cap: int) -> bytes | None:
    """The body without its content encoding; None where it cannot be undone, or would be longer than `cap` bytes.

    coding: the header's value. br and zstd need the packages brotli and zstandard, which mitmproxy brings along.
    """
    for name in reversed([part.strip().lower() for part in coding.split(",")][:4]):
        undone = _undone(body, name, cap)
        if undone is None:
            return None
        body = undone
    return body if len(body) <= cap else None


def _undone(body: bytes, name: str, cap: int) -> bytes | None:
    match name:
        case "" | "identity":
            return body
        case "gzip" | "x-gzip":
            return _inflated(body, 31, cap)
        case "deflate":
            # Some write deflate without zlib's header (RFC 9110 section 8.4.1.2).
            return _inflated(body, 15, cap) or _inflated(body, -15, cap)
        case "br":
            return _brotli(body, cap)
        case "zstd":
            return _zstandard(body, cap)
        case _:
            return None


def _inflated(body: bytes, window: int, cap: int) -> bytes | None:
    reader = zlib.decompressobj(window)
    try:
        found = reader.decompress(body, cap + 1)
    except zlib.error:
        return None
    return found if reader.eof and len(found) <= cap else None


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _brotli(body: bytes, cap: int) -> bytes | None:
    library = _library("brotli")
    if library is None or len(body) > _LARGEST_BROTLI:
        return None
    reader, found = library.Decompressor(), b""
    try:
        for at in range(len(body)):
            found += reader.process(body[at : at + 1])
            if len(found) > cap:
                return None
    except library.error:
        return None
    return found if reader.is_finished() else None


def _zstandard(body: bytes, cap: int) -> bytes | None:
    library = _library("zstandard")
    if library is None:
        return None
    try:
        found: bytes = library.ZstdDecompressor(max_window_size=1 << 23).stream_reader(body).read(cap + 1)
    except library.ZstdError:
        return None
    return found if len(found) <= cap else None
