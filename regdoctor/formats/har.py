"""HAR 1.2, as browsers, Charles, Proxyman, Insomnia and mitmproxy write it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO
from urllib.parse import urlencode

from regdoctor.formats.json_stream import JsonStream, JsonStreamError
from regdoctor.formats.raw_exchange import BadRecord, Headers, RawExchange
from regdoctor.formats.recording_notes import COMPLETE, is_time, notes_of

KEPT_OF_BODY = 1 << 20
"""Bytes of a body that are kept."""
NOTES = "_regdoctor"
"""Where recordings of ours say what HAR has no place for."""

_LOG = re.compile(r'"log"\s{0,64}:\s{0,64}\{')
_ENTRIES = re.compile(r'"entries"\s{0,64}:\s{0,64}\[')
_VERSIONS = {"H2": "HTTP/2.0", "HTTP/2": "HTTP/2.0", "HTTP/2.0": "HTTP/2.0", "H3": "HTTP/3", "HTTP/3.0": "HTTP/3"}
_BEFORE_SENT = ("blocked", "dns", "connect", "send")
"""The parts of an entry's time until the request has been sent; `ssl` is a part of `connect`."""


class NoHarError(ValueError):
    """The file is no HAR; the message is one line for people."""


def read_har(file: BinaryIO) -> Iterator[RawExchange | BadRecord]:
    """The entries in their order, read one by one. Raises NoHarError where the file has no log.entries.

    What a browser took from its own cache, and websockets, are passed over; so is an entry that stands there a second
    time, as it does in files that were joined.
    """
    stream = JsonStream(file)
    if not (stream.skip_to(_LOG) and stream.skip_to(_ENTRIES)):
        raise NoHarError("it is JSON, but no HAR: it has no log with entries")
    number = 0
    seen: set[int] = set()
    try:
        for entry in stream.elements():
            number += 1
            found = _read(entry, number)
            if found is not None and not _is_seen(found, seen):
                yield found
    except JsonStreamError as error:
        yield BadRecord(f"entry {number + 1}", f"{error}; what follows is not read")


def _read(entry: Any, number: int) -> RawExchange | BadRecord | None:
    try:
        if not isinstance(entry["request"], dict) or not isinstance(entry["request"]["url"], str):
            raise TypeError  # noqa: TRY301 - told with the others below
        if _text(entry.get("_fromCache")) or _text(entry.get("_resourceType")) == "websocket":
            return None
        return _exchange(entry)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, RecursionError):
        return BadRecord(f"entry {number}", "it is no entry of a HAR: a part is missing or has another type")


def _is_seen(found: RawExchange | BadRecord, seen: set[int]) -> bool:
    """Whether the same was read before.

    HAR has no names for its entries, and equal requests may be two: the same are those that agree in all that was sent
    and came, and in when, to the fraction of a second.
    """
    if isinstance(found, BadRecord) or found.started is None or found.started.is_integer():
        return False
    sent = (found.id, found.connection, found.method, found.url, found.request_headers, found.request_body)
    came = (found.status, found.response_headers, found.response_body, found.response_size, found.error)
    mark = hash((sent, came, found.started, found.answered, found.ended, found.error_at))
    known = mark in seen
    seen.add(mark)
    return known


def _exchange(entry: Mapping[str, Any]) -> RawExchange:
    request, response = entry["request"], entry.get("response") or {}
    notes = notes_of(entry.get(NOTES))
    known = notes.pop(COMPLETE, False)
    status = _status(response)
    content = response.get("content") or {}
    post = request.get("postData") or {}
    sent, came = _posted(post), _decoded(content.get("text"), content.get("encoding"))
    response_headers = _headers(response)
    fields: dict[str, Any] = _times(entry, answered=status is not None) | {
        "request_size": None if known else _size(request.get("bodySize"), sent),
        "response_size": None if known else _response_size(response, content, came, response_headers),
        "response_cut": came is not None and len(came) > KEPT_OF_BODY,
        "id": "",
        "server": "" if known else _server(entry),
        "connection": "" if known else _text(entry.get("connection"))[:64],
    }
    if known:
        fields |= dict.fromkeys(("started", "request_ended", "answered", "ended"))
    return RawExchange(
        **(fields | notes),
        method=str(request["method"]),
        url=request["url"].partition("#")[0],
        request_headers=_headers(request),
        request_version=_version(request.get("httpVersion")),
        request_body=sent if sent is None else sent[:KEPT_OF_BODY],
        status=status,
        response_headers=response_headers,
        response_version=_version(response.get("httpVersion")) if status is not None else "",
        response_body=came if came is None else came[:KEPT_OF_BODY],
        error=_error(entry, response, status),
    )


def _status(response: Mapping[str, Any]) -> int | None:
    """Browsers write 0 where no answer came."""
    status = response.get("status")
    return status if isinstance(status, int) and not isinstance(status, bool) and 0 < status < 1000 else None


def _error(entry: Mapping[str, Any], response: Mapping[str, Any], status: int | None) -> str:
    """Chromium's and mitmproxy's words (`_error`), Charles's, or none."""
    for place in (response, entry):
        for name in ("_error", "_errorMessage", "_charlesStatus"):
            words = _text(place.get(name))
            if words and words != "COMPLETE":
                return words
    return "" if status is not None else _text(response.get("statusText"))


def _headers(message: Mapping[str, Any]) -> Headers:
    """Without the pseudo-headers of HTTP/2, which are no headers; as objects, or as pairs (Slack's)."""
    found = []
    for header in message.get("headers") or ():
        name, value = (header["name"], header["value"]) if isinstance(header, dict) else (header[0], header[1])
        if not str(name).startswith(":"):
            found.append((_sane(str(name)), _sane("" if value is None else str(value))))
    return tuple(found)


def _version(value: Any) -> str:
    shown = _text(value).strip().upper()
    return _VERSIONS.get(shown, shown if re.fullmatch(r"HTTP/\d(\.\d)?", shown) else "")


def _posted(post: Mapping[str, Any]) -> bytes | None:
    """The request's body; of a form, some write the parameters alone."""
    text = post.get("text")
    if not text and (params := post.get("params")):
        pairs = [(_sane(str(param.get("name", ""))), _sane(str(param.get("value", "")))) for param in params]
        return urlencode(pairs).encode()
    return _decoded(text, post.get("encoding"))


def _decoded(text: Any, encoding: Any) -> bytes | None:
    if not isinstance(text, str):
        return None
    if encoding == "base64":
        try:
            return base64.b64decode(text, validate=False)
        except (binascii.Error, ValueError):
            return None
    return text.encode(errors="replace")


def _response_size(
    response: Mapping[str, Any], content: Mapping[str, Any], body: bytes | None, headers: Headers
) -> int | None:
    """As transferred: `bodySize`, or the length of the body where it has no content encoding."""
    size = _size(response.get("bodySize"), None)
    if size is not None:
        return size
    plain = not any(name.lower() == "content-encoding" for name, _ in headers)
    return _size(content.get("size"), body) if plain else None


def _size(value: Any, body: bytes | None) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63:
        return value
    return None if body is None else len(body)


def _server(entry: Mapping[str, Any]) -> str:
    """The address; HAR has no place for its port."""
    return _text(entry.get("serverIPAddress")).strip("[]")[:64]


def _times(entry: Mapping[str, Any], *, answered: bool) -> dict[str, float | None]:
    """When the parts of the exchange were, as far as the entry tells; -1 stands for what it does not."""
    started = _moment(entry.get("startedDateTime"))
    if started is None:
        return {}
    timings = entry.get("timings")
    timings = timings if isinstance(timings, dict) else {}
    total = _milliseconds(entry.get("time"))
    wait = _milliseconds(timings.get("wait"))
    found: dict[str, float | None] = {"started": started}
    end = started if total is None else started + total / 1000
    if wait is not None and answered:
        sent = started + sum(_milliseconds(timings.get(name)) or 0.0 for name in _BEFORE_SENT) / 1000
        come = sent + wait / 1000
        end = max(come + (_milliseconds(timings.get("receive")) or 0.0) / 1000, end)
        found |= {"request_ended": sent, "answered": come}
    return found | {"ended" if answered else "error_at": end}


def _milliseconds(value: Any) -> float | None:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12
    return float(value) if fits else None


def _moment(value: Any) -> float | None:
    try:
        moment = datetime.fromisoformat(_text(value).strip())
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return seconds if is_time(seconds) else None


def _text(value: Any) -> str:
    return _sane(value) if isinstance(value, str) else ""


def _sane(text: str) -> str:
    """Without halves of surrogate pairs, which no output could encode."""
    return text.encode(errors="replace").decode()
