"""A flow of mitmproxy as an exchange, without importing mitmproxy: read by its attributes, alike in 10 to 12."""

from __future__ import annotations

import io
import ipaddress
from collections.abc import Collection, Mapping
from typing import Any, Protocol

from regdoctor.capture.passing_bodies import Tap
from regdoctor.formats.content_coding import decoded
from regdoctor.formats.flow_file import KEPT_OF_BODY, read_flow
from regdoctor.formats.raw_exchange import Headers, RawExchange
from regdoctor.formats.tnetstring import dumps

Address = tuple[Any, ...] | None
"""Host and port, and for IPv6 two numbers more."""


class _Fields(Protocol):
    """Header fields as mitmproxy has them: `fields` are pairs of bytes."""

    @property
    def fields(self) -> tuple[tuple[bytes, bytes], ...]: ...


class _Message(Protocol):
    @property
    def headers(self) -> Any: ...
    @property
    def http_version(self) -> str: ...
    @property
    def raw_content(self) -> bytes | None: ...
    @property
    def timestamp_start(self) -> float: ...
    @property
    def timestamp_end(self) -> float | None: ...


class _Request(_Message, Protocol):
    @property
    def method(self) -> str: ...
    @property
    def scheme(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def path(self) -> str: ...


class _Response(_Message, Protocol):
    @property
    def status_code(self) -> int: ...


class Flow(Protocol):
    """What is used of mitmproxy.http.HTTPFlow."""

    id: str
    comment: str
    marked: str
    metadata: dict[str, Any]

    @property
    def request(self) -> Any: ...
    @property
    def response(self) -> Any: ...
    @property
    def error(self) -> Any: ...
    @property
    def client_conn(self) -> Any: ...
    @property
    def server_conn(self) -> Any: ...
    @property
    def live(self) -> Any: ...
    def get_state(self) -> Any:
        """What mitmproxy writes of it."""


def stored_exchange(flow: Flow) -> RawExchange | None:
    """The exchange of a flow that is over, as its record in a flow file gives it; None where it is none."""
    record = dumps(flow.get_state())
    read = read_flow(io.BytesIO(record), (0, len(record)), 1)
    return read if isinstance(read, RawExchange) else None


def live_exchange(flow: Flow, sent: Tap | None, came: Tap | None, *, expected_continue: bool) -> RawExchange:
    """The exchange of a flow that just ended. sent, came: what its bodies went through, where they did."""
    request: _Request = flow.request
    response: _Response | None = flow.response
    error, server, client = flow.error, flow.server_conn, flow.client_conn
    mode = _mode(client)
    headers = _headers(request.headers)
    request_body, request_size, _ = _body(request, sent, headers)
    response_headers = _headers(response.headers) if response else ()
    body, size, cut = _body(response, came, response_headers) if response else (None, None, False)
    return RawExchange(
        id=flow.id,
        method=request.method,
        url=_url(request, headers, mode),
        request_headers=headers,
        request_version=request.http_version,
        request_body=request_body,
        request_size=request_size,
        request_digest=sent.digest if sent else "",
        status=response.status_code if response else None,
        response_headers=response_headers,
        response_version=response.http_version if response else "",
        response_body=body,
        response_cut=cut,
        response_size=size,
        response_digest=came.digest if came else "",
        started=request.timestamp_start,
        request_ended=request.timestamp_end,
        answered=response.timestamp_start if response else None,
        ended=response.timestamp_end if response else None,
        client=_address(client.peername, port=False),
        connection=client.id,
        server=_address(server.peername or server.address, port=True),
        error=error.msg if error else "",
        error_at=error.timestamp if error else None,
        capture_origin=capture_origin(client),
        expected_continue=expected_continue,
    )


def capture_origin(client: Any) -> str:
    """The origin that a client used for a proxy in reverse mode; empty in other modes."""
    if not _mode(client).startswith("reverse:"):
        return ""
    address = _address(client.sockname, port=True)
    return f"{'https' if client.timestamp_tls_setup else 'http'}://{address}" if address else ""


def upstream_origin(client: Any) -> str:
    """What a proxy in reverse mode asks in turn; empty in other modes. `reverse:https://registry.example.com@5001`."""
    mode = _mode(client)
    return mode.removeprefix("reverse:").partition("@")[0] if mode.startswith("reverse:") else ""


def header_values(headers: Any, names: Collection[bytes]) -> Mapping[str, str]:
    """The fields of these names (in small letters) by name; of several the last."""
    fields = ((name.lower(), value) for name, value in headers.fields)
    return {name.decode(): _readable(value) for name, value in fields if name in names}


def _mode(client: Any) -> str:
    mode = getattr(client, "proxy_mode", None)
    return str(getattr(mode, "full_spec", "") or "")


def _headers(headers: _Fields) -> Headers:
    try:
        # Nearly all are plain; this is done for every exchange.
        return tuple([(name.decode(), value.decode()) for name, value in headers.fields])
    except UnicodeDecodeError:
        return tuple((_readable(name), _readable(value)) for name, value in headers.fields)


def _readable(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _body(message: _Message, tap: Tap | None, headers: Headers) -> tuple[bytes | None, int | None, bool]:
    """The body without content encoding, the bytes that went by, whether it is cut."""
    content = message.raw_content
    if content is None and tap is not None:
        content = tap.kept
    if content is None:
        return None, tap.size if tap else None, False
    if not content:
        return content, 0, False
    coding = next((value for name, value in headers if name.lower() == "content-encoding"), "")
    if coding:
        undone = decoded(content, coding, KEPT_OF_BODY)
        return undone, len(content), undone is None
    return content[:KEPT_OF_BODY], len(content), len(content) > KEPT_OF_BODY


def _url(request: _Request, headers: Headers, mode: str) -> str:
    """As formats/flow_file.py reads it: a transparent proxy knows an address alone, the Host header has the name."""
    host, port = request.host, request.port
    if not mode.startswith("reverse") and _is_address(host):
        asked = next((value for name, value in headers if name.lower() == "host"), "").partition(":")[0]
        host = asked if asked and not _is_address(asked) else host
    shown = f"[{host}]" if ":" in host else host
    suffix = "" if port in ({"http": 80, "https": 443}.get(request.scheme), 0) else f":{port}"
    return f"{request.scheme}://{shown}{suffix}{request.path if request.path.startswith('/') else ''}"


def _is_address(host: str) -> bool:
    if not (host[:1].isdigit() or ":" in host):
        return False
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _address(value: Address, *, port: bool) -> str:
    if not value or not value[0]:
        return ""
    host = str(value[0]).removeprefix("::ffff:")
    if not port:
        return host
    return f"[{host}]:{value[1]}" if ":" in host else f"{host}:{value[1]}"
