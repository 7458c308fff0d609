"""A record as mitmproxy 10 to 12 write nearly all of them, read by a few expressions: a tenth of the steps of a walk.

An expression takes a run of entries in mitmproxy's own order, with the lengths that it writes. What is found counts
only where each length says what the expression took; for anything else there is no answer here, and the record is
walked (wanted_parts.py). So nothing is told that a walk would not tell.
"""

from __future__ import annotations

import re
from typing import Any

from regdoctor.formats.tnetstring import BYTES, DICTIONARY, Span, TnetstringError, value_of

_LENGTH = rb"(\d{1,9}):"
_TIMES = (
    rb"13:timestamp_end;(\d\d):(\d{9,11}\.\d{1,9})\^15:timestamp_start;(\d\d):(\d{9,11}\.\d{1,9})\^8:trailers;0:~"
    rb"7:content;(?:0:~|" + _LENGTH + rb")"
)
"""Up to a body, whose length is the last group; none where there is no body."""

_BEGIN = re.compile(rb"9:websocket;0:~8:response;" + _LENGTH + rb"6:reason;(\d{1,3}):").match
_ANSWER = re.compile(rb",11:status_code;3:([1-9]\d\d)#" + _TIMES).match
_HEADERS = re.compile(rb"7:headers;" + _LENGTH).match
_ANSWER_ENDS = re.compile(
    rb"\]12:http_version;(\d\d?):([A-Z0-9./]{1,20}),}7:request;" + _LENGTH + rb"4:path;" + _LENGTH
).match
_QUESTION = re.compile(
    rb",9:authority;(\d{1,3}):([\w.:\[\]-]{0,255}),6:scheme;([45]):(https?),6:method;(\d):([A-Z]{1,9}),"
    rb"4:port;([1-5]):(\d{1,5})#4:host;(\d{1,3}):([\w.:\[\]-]{1,255});" + _TIMES
).match
_QUESTION_ENDS = re.compile(
    rb"\]12:http_version;(\d\d?):([A-Z0-9./]{1,20}),}6:backup;0:~17:timestamp_created;(\d\d?):([\d.]{1,20})[\^#]"
    rb"7:comment;" + _LENGTH
).match
_METADATA = re.compile(rb";8:metadata;" + _LENGTH).match
_MARKED = re.compile(
    rb"}6:marked;(\d{1,2}):([\w:]{0,60});9:is_replay;0:~11:intercepted;5:false!11:server_conn;" + _LENGTH
).match
_CLIENT = re.compile(rb"}11:client_conn;" + _LENGTH).match
_END = re.compile(rb"}5:error;0:~2:id;36:([0-9a-f-]{36});4:type;4:http;7:version;2:(\d\d)#}").match


class _OtherwiseError(ValueError):
    """It is not written as usual."""


def usual_record(data: bytes, span: Span) -> dict[str, Any] | None:
    """What `picked` gives for RECORD of such a record; None for another, and for one that is damaged."""
    try:
        return _read(data, span)
    except (_OtherwiseError, TnetstringError, IndexError):
        return None


def _read(data: bytes, span: Span) -> dict[str, Any]:
    tag, at, end = span
    begin = _BEGIN(data, at) or _other()
    answer_end = begin.end(1) + 1 + int(begin[1])
    answer = _ANSWER(data, begin.end() + int(begin[2])) or _other()
    status, long_ended, ended, long_began, began, long_body = answer.groups()
    if len(ended) != int(long_ended) or len(began) != int(long_began):
        _other()
    body, at = _body(data, answer.end(), long_body)
    headers, at = _taken(data, _HEADERS(data, at))
    middle = _ANSWER_ENDS(data, at) or _other()
    long_version, version, long_question = middle.group(1, 2, 3)
    if len(version) != int(long_version) or middle.end(2) + 1 != answer_end:
        _other()
    response = {
        "status_code": int(status),
        "timestamp_end": float(ended),
        "timestamp_start": float(began),
        "content": body,
        "headers": headers,
        "http_version": version,
    }
    path, at = _taken(data, middle)
    request, at = _request(data, at, path, middle.end(3) + 1 + int(long_question))
    metadata, at = _taken(data, _METADATA(data, at))
    marked = _MARKED(data, at) or _other()
    if len(marked[2]) != int(marked[1]):
        _other()
    server, at = _taken(data, marked)
    client, at = _taken(data, _CLIENT(data, at))
    last = _END(data, at) or _other()
    if tag != DICTIONARY or last.end() - 1 != end:
        _other()
    return {
        "websocket": None,
        "response": response,
        "request": request,
        "metadata": value_of(metadata, (DICTIONARY, 0, len(metadata))) if metadata else {},
        "server_conn": server,
        "client_conn": client,
        "error": None,
        "id": last[1].decode(),
        "type": "http",
        "version": int(last[2]),
    }


def _request(data: bytes, at: int, path: bytes, end: int) -> tuple[dict[str, Any], int]:
    """The request, and where its record's comment has ended. end: where the request's own bytes do."""
    match = _QUESTION(data, at) or _other()
    (long_authority, authority, long_scheme, scheme, long_method, method, long_port, port, long_host, host,
     long_ended, ended, long_began, began, long_body) = match.groups()  # fmt: skip
    if (
        len(authority) != int(long_authority)
        or len(scheme) != int(long_scheme)
        or len(method) != int(long_method)
        or len(port) != int(long_port)
        or len(host) != int(long_host)
        or len(ended) != int(long_ended)
        or len(began) != int(long_began)
    ):
        _other()
    body, at = _body(data, match.end(), long_body)
    headers, at = _taken(data, _HEADERS(data, at))
    last = _QUESTION_ENDS(data, at) or _other()
    if len(last[2]) != int(last[1]) or last.end(2) + 1 != end or len(last[4]) != int(last[3]):
        _other()
    request = {
        "path": path,
        "authority": authority,
        "scheme": scheme,
        "method": method,
        "port": int(port),
        "host": host.decode(),
        "timestamp_end": float(ended),
        "timestamp_start": float(began),
        "content": body,
        "headers": headers,
        "http_version": last[2],
    }
    return request, last.end() + int(last[5])


def _body(data: bytes, at: int, length: bytes | None) -> tuple[bytes | None, int]:
    """The body that begins there, and where the next entry does."""
    if length is None:
        return None, at
    end = at + int(length)
    if data[end] != BYTES:
        _other()
    return data[at:end], end + 1


def _taken(data: bytes, match: re.Match[bytes] | None) -> tuple[bytes, int]:
    """So many bytes as the last group says, behind what was matched; and where they end."""
    if match is None:
        raise _OtherwiseError
    at = match.end()
    end = at + int(match[match.re.groups])
    return data[at:end], end


def _other() -> Any:
    raise _OtherwiseError
