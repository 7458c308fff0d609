"""mitmproxy's flow files (formats 18 to 21: mitmproxy 9 to 12), read without mitmproxy, one record at a time."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from regdoctor.formats.content_coding import decoded
from regdoctor.formats.raw_exchange import BadRecord, Headers, RawExchange
from regdoctor.formats.recording_notes import COMPLETE, is_time, notes_of
from regdoctor.formats.tnetstring import (
    Packed,
    Shape,
    Span,
    TnetstringError,
    items,
    opened,
    opened_dictionary,
    picked,
    span_at,
    value_of,
)

KEPT_OF_BODY = 1 << 20
"""Bytes of a body that are kept."""
_IN_MEMORY = 4 << 20
"""Bytes: a larger record is not read whole."""
_VERSIONS = range(18, 22)
"""Requests and responses are alike in these (mitmproxy/io/compat.py)."""
_LONGEST_PART = 1 << 20
"""Bytes of a connection, of headers or of metadata: certificates of a chain are a few kilobytes."""
_MOST_CONNECTIONS = 256
_MOST_HEADERS = 4096
_LONGEST_KEPT = 4096
"""Bytes of a header that is kept: a token has one or two thousand."""
_PREFIX = 13
_MAY_BE_ADDRESS = re.compile(r"[0-9a-fA-F:.\[\]]{2,60}")
Bounds = tuple[int, int]
"""Where a record begins in its file, and how many bytes it has."""


class Repeats:
    """What comes again in flow after flow, read once: connections and headers. One for each file that is read.

    Unclean text is in it, of no more than a few thousand headers.
    """

    def __init__(self) -> None:
        """Empty."""
        self._connections: dict[bytes, dict[str, Any]] = {}
        self._headers: dict[bytes, tuple[str, str]] = {}

    def connection(self, value: Any, shape: Shape) -> Mapping[str, Any]:
        """Of a connection that was left packed what is wanted; one that was not is given back."""
        if not isinstance(value, bytes):
            return value or {}
        known = self._connections.get(value)
        if known is None:
            if len(self._connections) >= _MOST_CONNECTIONS:
                self._connections.clear()
            known = self._connections[value] = opened_dictionary(value, shape)
        return known

    def headers(self, message: Mapping[str, Any]) -> Headers:
        """The headers of a message, in their order."""
        value = message.get("headers") or ()
        if not isinstance(value, bytes):
            return tuple([_header(one) for one in value])
        found = []
        known = self._headers
        for item in items(value):
            header = known.get(item)
            if header is None:
                header = _header(opened(item))
                if len(item) <= _LONGEST_KEPT:
                    if len(known) >= _MOST_HEADERS:
                        known.clear()
                    known[item] = header
            found.append(header)
        return tuple(found)


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
    try:
        if length > _IN_MEMORY:
            return _text(_of_large(file, at, length, ("id",)).get("id"))
        file.seek(at)
        data = file.read(length)
        return _text(picked(data, span_at(data, 0, len(data)), _ID).get("id"))
    except TnetstringError:
        return ""


def read_flow(
    file: BinaryIO, where: Bounds, number: int, repeats: Repeats | None = None
) -> RawExchange | BadRecord | None:
    """The exchange of one record; None for what is no HTTP exchange (tcp, udp, dns, a websocket).

    repeats: the same for all records of the file.
    """
    name = f"record {number}"
    try:
        flow = _parts(file, where)
    except TnetstringError as error:
        return BadRecord(name, f"it is damaged: {error}")
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
        return _exchange(flow, request, repeats or Repeats())
    except (TypeError, ValueError, KeyError, IndexError, AttributeError):
        return BadRecord(name, "it is damaged: a part has not the type that mitmproxy gives it")


def _parts(file: BinaryIO, where: Bounds) -> dict[str, Any]:
    """What is wanted of a record, as it stands in it; of a body at most the first MiB where the record is large."""
    at, length = where
    if length > _IN_MEMORY:
        return _of_large(file, at, length, _WANTED)
    file.seek(at)
    data = file.read(length)
    return picked(data, span_at(data, 0, len(data)), _SHAPE)


def _of_large(file: BinaryIO, at: int, length: int, wanted: Any) -> dict[str, Any]:
    """The same of a record that does not fit into memory: what is long in it is passed over."""
    found: dict[str, Any] = {}
    _, at, end = _span_in(file, at, at + length)
    while at < end:
        key = _span_in(file, at, end)
        value = _span_in(file, key[2] + 1, end)
        name = str(_value_in(file, key))
        if name in ("request", "response") and name in wanted and value[2] - value[1] > _LONGEST_PART:
            found[name] = _of_large(file, key[2] + 1, value[2] + 1 - key[2] - 1, _MESSAGE)
        elif name == "content":
            found[name] = _value_in(file, value, KEPT_OF_BODY)
            found["content_size"] = value[2] - value[1]
        elif name in wanted and value[2] - value[1] <= _LONGEST_PART:
            found[name] = _value_in(file, value)
        at = value[2] + 1
    return found


_MESSAGE = frozenset(
    (
        "host",
        "port",
        "scheme",
        "path",
        "method",
        "authority",
        "http_version",
        "status_code",
        "headers",
        "content",
        "timestamp_start",
        "timestamp_end",
    )
)
_OF_MESSAGE: Shape = {name.encode(): None for name in _MESSAGE} | {b"headers": Packed.CONTENT}
_ID: Shape = {b"id": None}
_SHAPE: Shape = {
    b"id": None,
    b"type": None,
    b"version": None,
    b"error": None,
    b"metadata": None,
    b"websocket": None,
    b"request": _OF_MESSAGE,
    b"response": _OF_MESSAGE,
    b"client_conn": Packed.CONTENT,
    b"server_conn": Packed.CONTENT,
}
_CLIENT: Shape = {b"id": None, b"peername": None, b"sockname": None, b"proxy_mode": None, b"timestamp_tls_setup": None}
_SERVER: Shape = {b"peername": None, b"address": None}
_WANTED = frozenset(name.decode() for name in _SHAPE)


def _span_in(file: BinaryIO, at: int, end: int) -> Span:
    file.seek(at)
    head, colon, _ = file.read(_PREFIX).partition(b":")
    if not colon or not head.isdigit():
        raise TnetstringError("no length where one is due")
    start = at + len(head) + 1
    stop = start + int(head)
    if stop >= end:
        raise TnetstringError("a length goes beyond what there is")
    file.seek(stop)
    return file.read(1)[0], start, stop


def _value_in(file: BinaryIO, span: Span, cap: int = _LONGEST_PART) -> Any:
    tag, at, end = span
    file.seek(at)
    data = file.read(min(end - at, cap))
    return value_of(data, (tag, 0, len(data)))


def _exchange(flow: Mapping[str, Any], request: dict[str, Any], repeats: Repeats) -> RawExchange:
    response = flow.get("response") or {}
    error = flow.get("error") or {}
    notes = notes_of(flow.get("metadata"))
    known = notes.get(COMPLETE, False)
    client = repeats.connection(flow.get("client_conn"), _CLIENT)
    server = repeats.connection(flow.get("server_conn"), _SERVER)
    mode = client.get("proxy_mode")
    failed = bool(error)
    request_headers, response_headers = repeats.headers(request), repeats.headers(response)
    sent = _body(request, request_headers, known)
    came = _body(response, response_headers, known) if response else (None, None, False)
    method = _latin(request.get("method"))
    status = response.get("status_code")
    bodiless = method == "HEAD" or status in (204, 304)
    whole = response.get("timestamp_end") is not None and not failed and not bodiless
    fields: dict[str, Any] = {
        "request_size": sent[1] if known or sent[1] is not None else _announced(request_headers, request),
        "response_size": came[1]
        if known or came[1] is not None or not whole
        else _announced(response_headers, response),
        "response_cut": came[2],
        "capture_origin": _capture_origin(mode, client),
        "id": _text(flow.get("id")),
        "client": _address(client.get("peername"), port=False),
        "connection": _text(client.get("id")),
        "server": _address(server.get("peername") or server.get("address"), port=True),
    }
    if known:
        fields |= {"request_size": None, "response_size": None, "client": "", "connection": "", "server": ""}
    return RawExchange(
        **(fields | {name: value for name, value in notes.items() if name not in (COMPLETE, *_TIMES)}),
        method=method,
        url=_url(request, request_headers, _text(mode)),
        request_headers=request_headers,
        request_version=_latin(request.get("http_version")),
        request_body=sent[0],
        status=status if isinstance(status, int) and not isinstance(status, bool) and 0 < status < 1000 else None,
        response_headers=response_headers,
        response_version=_latin(response.get("http_version")),
        response_body=came[0],
        started=_time(request, "timestamp_start"),
        request_ended=_time(request, "timestamp_end"),
        answered=_time(response, "timestamp_start"),
        ended=_time(response, "timestamp_end"),
        error=_text(error.get("msg")),
        error_at=_time(error, "timestamp"),
    )


_TIMES = ("started", "request_ended", "answered", "ended", "error_at")


def _header(pair: Any) -> tuple[str, str]:
    name, value = pair
    return _readable(name), _readable(value)


def _body(message: Mapping[str, Any], headers: Headers, bare: bool) -> tuple[bytes | None, int | None, bool]:
    """The body without content encoding, the bytes that went by, and whether it is cut. bare: it has no encoding."""
    content = message.get("content")
    if not isinstance(content, bytes):
        return None, None, False
    size = message.get("content_size", len(content))
    coding = "" if bare else next((value for name, value in headers if name.lower() == "content-encoding"), "")
    if size > KEPT_OF_BODY:
        return (None if coding else content[:KEPT_OF_BODY]), size, True
    if coding and content:
        undone = decoded(content, coding, KEPT_OF_BODY)
        return undone, size, undone is None
    return content, size, False


def _announced(headers: Headers, message: Mapping[str, Any]) -> int | None:
    """What Content-Length says of a body that went by whole and was not kept."""
    length = next((value for name, value in headers if name.lower() == "content-length"), "")
    fits = length.isascii() and length.isdigit() and len(length) < 19
    return int(length) if fits and message.get("timestamp_end") is not None else None


def _url(request: Mapping[str, Any], headers: Headers, mode: str) -> str:
    scheme, host = _latin(request.get("scheme")) or "https", _readable(request.get("host", ""))
    port, path = request.get("port"), _readable(request.get("path", b""))
    asked = next((value for name, value in headers if name.lower() == "host"), "") or _readable(
        request.get("authority", b"")
    )
    # A transparent proxy knows the address alone; in reverse mode the header may name the proxy itself.
    if not mode.startswith("reverse") and _is_address(host) and asked and not _is_address(asked.partition(":")[0]):
        host = asked.partition(":")[0] if asked.rpartition(":")[2].isdigit() else asked
    shown = f"[{host}]" if ":" in host and not host.startswith("[") else host
    default = {"http": 80, "https": 443}.get(scheme)
    suffix = "" if port in (default, None, 0) else f":{int(str(port))}"
    return f"{scheme}://{shown}{suffix}{path if path.startswith('/') else ''}"


def _capture_origin(mode: Any, client: Mapping[str, Any]) -> str:
    """The origin that clients use for a recorder in reverse mode; they may have used TLS or not."""
    if not isinstance(mode, str) or not mode.startswith("reverse:"):
        return ""
    address = _address(client.get("sockname"), port=True)
    return f"{'https' if client.get('timestamp_tls_setup') else 'http'}://{address}" if address else ""


def _address(value: Any, *, port: bool) -> str:
    if not isinstance(value, list | tuple) or len(value) < 2 or not isinstance(value[0], str) or not value[0]:
        return ""
    host = value[0].removeprefix("::ffff:")
    if not port:
        return host
    return f"[{host}]:{int(value[1])}" if ":" in host else f"{host}:{int(value[1])}"


def _is_address(host: str) -> bool:
    if not _MAY_BE_ADDRESS.fullmatch(host):
        return False
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _time(message: Mapping[str, Any], name: str) -> float | None:
    value = message.get(name)
    fits = isinstance(value, int | float) and not isinstance(value, bool) and is_time(value)
    return float(value) if fits and value is not None else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _latin(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else _text(value)


def _readable(value: Any) -> str:
    if not isinstance(value, bytes):
        return _text(value)
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
