"""Writes cleaned recordings: flow files that mitmproxy 10 to 12 load, and HAR. What was read comes back equal."""

from __future__ import annotations

import contextlib
import enum
import json
import os
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import regdoctor
from regdoctor.evidence.recorded import Recorded
from regdoctor.exit_codes import UsageError
from regdoctor.formats.har import NOTES
from regdoctor.formats.recording_notes import COMPLETE, PREFIX
from regdoctor.formats.tnetstring import dumps

_FORMAT = 20
"""Of mitmproxy 10, which reads no newer one; 11 and 12 read it as well (mitmproxy/io/compat.py)."""


class RecordingKind(enum.StrEnum):
    """What is written."""

    FLOW = "flow"
    HAR = "har"


def kind_of(path: Path) -> RecordingKind:
    """By the name: `.har` is a HAR, all else a flow file."""
    return RecordingKind.HAR if path.suffix.lower() == ".har" else RecordingKind.FLOW


def write_recording(items: Iterable[Recorded], path: Path, kind: RecordingKind | str) -> None:
    """Write them aside and move the file into its place: mode 0600, whole or not at all.

    Raises UsageError, one line, where it cannot be written, and ValueError for a kind that is none.
    """
    pieces = _flow_file(items) if RecordingKind(kind) is RecordingKind.FLOW else _har(items)
    aside = ""
    try:
        # mkstemp gives the file mode 0600.
        descriptor, aside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(pieces)
        Path(aside).replace(path)
    except BaseException as error:
        if aside:
            with contextlib.suppress(OSError):
                Path(aside).unlink()
        if isinstance(error, OSError):
            raise UsageError(f"{path} cannot be written: {error.strerror or error}.") from error
        raise


def flow_record(recorded: Recorded) -> bytes:
    """One exchange as a record of a flow file, for appending."""
    exchange = recorded.exchange
    failure = exchange.failure
    metadata = {f"{PREFIX}{name}": value for name, value in _notes(recorded).items()}
    flow: dict[str, Any] = {
        "websocket": None,
        "response": _response(recorded) if exchange.status is not None else None,
        "request": _request(recorded),
        "timestamp_created": exchange.started,
        "comment": "",
        "metadata": metadata,
        "marked": "",
        "is_replay": None,
        "intercepted": False,
        "server_conn": _connection(recorded, server=True),
        "client_conn": _connection(recorded, server=False),
        "error": {"msg": failure.message, "timestamp": recorded.ended} if failure else None,
        "backup": None,
        "id": recorded.id,
        "type": "http",
        "version": _FORMAT,
    }
    return dumps(flow)


def _flow_file(items: Iterable[Recorded]) -> Iterator[bytes]:
    return (flow_record(item) for item in items)


def _notes(recorded: Recorded) -> dict[str, Any]:
    """What the format itself has no place for; what is not known is left out."""
    exchange = recorded.exchange
    notes = {
        COMPLETE: True,
        "id": recorded.id,
        "client": recorded.client,
        "connection": recorded.connection,
        "server": exchange.peer or "",
        "request_size": recorded.request_size,
        "response_size": recorded.response_size,
        "request_digest": recorded.request_digest,
        "response_digest": recorded.response_digest,
        "response_cut": exchange.truncated or None,
        "verified": exchange.verified,
        "expected_continue": recorded.expected_continue or None,
        "capture_origin": recorded.capture_origin,
    }
    return {name: value for name, value in notes.items() if value not in (None, "")}


def _request(recorded: Recorded) -> dict[str, Any]:
    exchange = recorded.exchange
    scheme, host, port, path = _address(exchange.url)
    return {
        "authority": b"",
        "content": recorded.request_body or (b"" if recorded.request_size == 0 else None),
        "headers": [[name.encode(), str(value).encode()] for name, value in exchange.request_headers],
        "host": host,
        "http_version": recorded.http_version.encode(),
        "method": exchange.method.encode(),
        "path": path.encode(),
        "port": port,
        "scheme": scheme.encode(),
        "timestamp_start": exchange.started,
        "timestamp_end": None if recorded.cut_off_early else exchange.started,
        "trailers": None,
    }


def _response(recorded: Recorded) -> dict[str, Any]:
    exchange = recorded.exchange
    return {
        "content": exchange.body or (None if exchange.truncated else b""),
        "headers": [[name.encode(), value.encode()] for name, value in exchange.headers],
        "http_version": recorded.response_version.encode(),
        "reason": b"",
        "status_code": exchange.status,
        "timestamp_start": _answered(recorded),
        "timestamp_end": recorded.ended,
        "trailers": None,
    }


def _answered(recorded: Recorded) -> float:
    return recorded.exchange.started + recorded.exchange.seconds


def _address(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port (0 where it is none), path with query; of a URL that cannot be taken apart what there is."""
    start, separator, rest = url.partition("://")
    path = ""
    for at, char in enumerate(rest):
        if char in "/?":
            rest, path = rest[:at], rest[at:]
            break
    try:
        parts = urlsplit(f"//{rest}")
        port = parts.port or {"http": 80, "https": 443}.get(start, 0)
        host = rest[: -len(f":{parts.port}")] if parts.port is not None else rest
    except ValueError:
        host, port = rest, 0
    return (start if separator else "https"), host.strip("[]"), port, path


def _connection(recorded: Recorded, *, server: bool) -> dict[str, Any]:
    """As mitmproxy has it, with nothing in it: addresses stand in the notes, where they need no made-up ports."""
    state: dict[str, Any] = {
        "alpn": None,
        "alpn_offers": [],
        "certificate_list": [],
        "cipher": None,
        "cipher_list": [],
        "error": None,
        "id": recorded.connection if not server and recorded.connection else str(uuid.uuid5(_SPACE, recorded.id)),
        "peername": None if server else ["", 0],
        "sni": None,
        "sockname": None if server else ["", 0],
        "timestamp_end": None,
        "timestamp_start": None if server else recorded.exchange.started,
        "timestamp_tls_setup": None,
        "tls": False,
        "tls_version": None,
        "transport_protocol": "tcp",
    }
    own = {"address": None, "timestamp_tcp_setup": None, "via": None} if server else _OF_CLIENT
    return state | own


_SPACE = uuid.UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
"""Any one would do: mitmproxy wants a connection to have an ID."""
_OF_CLIENT = {"mitmcert": None, "proxy_mode": "regular"}


def _har(items: Iterable[Recorded]) -> Iterator[bytes]:
    creator = json.dumps({"name": "regdoctor", "version": regdoctor.__version__})
    yield f'{{"log":{{"version":"1.2","creator":{creator},"pages":[],"entries":['.encode()
    between = "\n"
    for item in items:
        yield f"{between}{json.dumps(har_entry(item), separators=(',', ':'))}".encode()
        between = ",\n"
    yield b"\n]}}\n"


def har_entry(recorded: Recorded) -> dict[str, Any]:
    """One exchange as an entry of a HAR."""
    exchange = recorded.exchange
    answered = _answered(recorded)
    wait, receive = exchange.seconds * 1000, max(0.0, recorded.ended - answered) * 1000
    return {
        "startedDateTime": datetime.fromtimestamp(min(exchange.started, 2e11), UTC).isoformat(),
        "time": wait + (receive if exchange.status is not None else 0),
        "request": _har_request(recorded),
        "response": _har_response(recorded),
        "cache": {},
        "timings": {"send": 0, "wait": wait, "receive": receive},
        NOTES: _notes(recorded) | _times(recorded, answered),
    }


def _times(recorded: Recorded, answered: float) -> dict[str, float]:
    exchange = recorded.exchange
    times = {"started": exchange.started}
    if exchange.status is not None:
        times |= {"answered": answered, "ended": recorded.ended}
    if exchange.failure is not None:
        times["error_at"] = recorded.ended
    return times if recorded.cut_off_early else times | {"request_ended": exchange.started}


def _har_headers(headers: Iterable[tuple[str, Any]]) -> list[dict[str, str]]:
    return [{"name": name, "value": str(value)} for name, value in headers]


def _har_request(recorded: Recorded) -> dict[str, Any]:
    exchange = recorded.exchange
    request: dict[str, Any] = {
        "method": exchange.method,
        "url": exchange.url,
        "httpVersion": recorded.http_version,
        "cookies": [],
        "headers": _har_headers(exchange.request_headers),
        "queryString": [],
        "headersSize": -1,
        "bodySize": -1 if recorded.request_size is None else recorded.request_size,
    }
    if recorded.request_body:
        request["postData"] = {"mimeType": "", "text": recorded.request_body.decode(errors="replace")}
    return request


def _har_response(recorded: Recorded) -> dict[str, Any]:
    exchange = recorded.exchange
    size = -1 if recorded.response_size is None else recorded.response_size
    content: dict[str, Any] = {"size": max(size, 0), "mimeType": exchange.header("Content-Type") or ""}
    if exchange.body or not exchange.truncated:
        content["text"] = exchange.body.decode(errors="replace")
    return {
        "status": exchange.status or 0,
        "statusText": "",
        "httpVersion": recorded.response_version,
        "cookies": [],
        "headers": _har_headers(exchange.headers),
        "content": content,
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": size,
        "_error": exchange.failure.message if exchange.failure else None,
    }
