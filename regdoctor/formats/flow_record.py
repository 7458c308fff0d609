"""One record of a flow file as an exchange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from regdoctor.formats.content_coding import decoded
from regdoctor.formats.flow_addresses import url_of
from regdoctor.formats.flow_repeats import Repeats, readable
from regdoctor.formats.raw_exchange import BadRecord, Headers, RawExchange
from regdoctor.formats.recording_notes import COMPLETE, is_time, notes_of
from regdoctor.formats.wanted_parts import Packed, shape

KEPT_OF_BODY = 1 << 20
"""Bytes of a body that are kept."""
_VERSIONS = range(18, 22)
"""Requests and responses are alike in these (mitmproxy/io/compat.py)."""
_TIMES = ("started", "request_ended", "answered", "ended", "error_at")

MESSAGE = frozenset(
    ("host", "port", "scheme", "path", "method", "authority", "http_version", "status_code", "headers", "content")
) | {"timestamp_start", "timestamp_end"}
"""What is wanted of a request or a response."""
_OF_MESSAGE = shape(dict.fromkeys(MESSAGE) | {"headers": Packed.CONTENT})
ID = shape({"id": None})
RECORD = shape(
    dict.fromkeys(("id", "type", "version", "error", "metadata", "websocket"))
    | dict.fromkeys(("request", "response"), _OF_MESSAGE)
    | dict.fromkeys(("client_conn", "server_conn"), Packed.CONTENT)
)
"""What is wanted of a record."""


def exchange_of(flow: Mapping[str, Any], name: str, repeats: Repeats) -> RawExchange | BadRecord | None:
    """The exchange of what was read of a record; None for what is no HTTP exchange (tcp, udp, dns, a websocket).

    name: of the record, for people.
    """
    version = flow.get("version")
    if not isinstance(version, int) or version not in _VERSIONS:
        shown = version if isinstance(version, int) and 0 <= version < 1000 else "unknown"
        return BadRecord(
            name,
            f"its format is {shown}, and those of mitmproxy 9 to 12 (18 to 21) are read here: convert the file with "
            "the mitmproxy that wrote it or a newer one: mitmdump -nr OLD -w NEW",
        )
    request = flow.get("request")
    if flow.get("type") != "http" or flow.get("websocket") is not None or not isinstance(request, dict):
        return None
    try:
        notes = notes_of(metadata) if (metadata := flow.get("metadata")) else {}
        exchange = _exchange(flow, request, repeats, bare=notes.get(COMPLETE, False))
        return _noted(exchange, notes) if notes else exchange
    except (TypeError, ValueError, KeyError, IndexError, AttributeError):
        return BadRecord(name, "it is damaged: a part has not the type that mitmproxy gives it")


_NOT_TOLD = {"request_size": None, "response_size": None, "client": "", "connection": "", "server": ""}


def _noted(exchange: RawExchange, notes: dict[str, Any]) -> RawExchange:
    """With what the notes say; of a record of ours, what they do not say is not known."""
    told = {name: value for name, value in notes.items() if name not in (COMPLETE, *_TIMES)}
    return replace(exchange, **(_NOT_TOLD | told if notes.get(COMPLETE) else told))


def _exchange(flow: Mapping[str, Any], request: Mapping[str, Any], repeats: Repeats, *, bare: bool) -> RawExchange:
    """As mitmproxy's own part of the record has it. bare: its bodies have no content encoding."""
    response, error = flow.get("response") or {}, flow.get("error") or {}
    client = repeats.client(flow.get("client_conn"))
    request_headers, response_headers = repeats.headers(request), repeats.headers(response)
    sent, request_size, _ = _body(request, request_headers, bare)
    came, response_size, cut = _body(response, response_headers, bare)
    method, status = _latin(request.get("method")), response.get("status_code")
    if request_size is None:
        request_size = _announced(request_headers, request)
    # An answer to HEAD announces a body that did not come.
    if response_size is None and not error and method != "HEAD" and status not in (204, 304):
        response_size = _announced(response_headers, response)
    return RawExchange(
        id=_text(flow.get("id")),
        method=method,
        url=_url(request, request_headers, client.mode),
        request_headers=request_headers,
        request_version=_latin(request.get("http_version")),
        request_body=sent,
        request_size=request_size,
        status=status if isinstance(status, int) and not isinstance(status, bool) and 0 < status < 1000 else None,
        response_headers=response_headers,
        response_version=_latin(response.get("http_version")),
        response_body=came,
        response_cut=cut,
        response_size=response_size,
        started=_time(request.get("timestamp_start")),
        request_ended=_time(request.get("timestamp_end")),
        answered=_time(response.get("timestamp_start")),
        ended=_time(response.get("timestamp_end")),
        client=client.address,
        connection=client.name,
        server=repeats.server(flow.get("server_conn")),
        error=_text(error.get("msg")),
        error_at=_time(error.get("timestamp")),
        capture_origin=client.origin,
    )


def _body(message: Mapping[str, Any], headers: Headers, bare: bool) -> tuple[bytes | None, int | None, bool]:
    """The body without content encoding, the bytes that went by, and whether it is cut. bare: it has no encoding."""
    content = message.get("content")
    if not isinstance(content, bytes):
        return None, None, False
    size = message.get("content_size", len(content))
    if not size:
        return content, size, False
    coding = "" if bare else _header(headers, "content-encoding")
    if size > KEPT_OF_BODY:
        return (None if coding else content[:KEPT_OF_BODY]), size, True
    if coding:
        undone = decoded(content, coding, KEPT_OF_BODY)
        return undone, size, undone is None
    return content, size, False


def _announced(headers: Headers, message: Mapping[str, Any]) -> int | None:
    """What Content-Length says of a body that went by whole and was not kept."""
    if message.get("timestamp_end") is None:
        return None
    length = _header(headers, "content-length")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 19 else None


def _url(request: Mapping[str, Any], headers: Headers, mode: str) -> str:
    scheme = _latin(request.get("scheme")) or "https"
    path, authority = readable(request.get("path")), readable(request.get("authority"))
    return url_of(scheme, readable(request.get("host")), request.get("port"), path, headers, authority, mode)


def _header(headers: Headers, wanted: str) -> str:
    """The first of that name, which is in small letters; empty where there is none."""
    for name, value in headers:
        if len(name) == len(wanted) and name.lower() == wanted:
            return value
    return ""


def _time(value: Any) -> float | None:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and is_time(value)
    return float(value) if fits else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _latin(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else _text(value)
