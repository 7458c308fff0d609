"""A TCP connection to a host: a direct one, or a tunnel through the HTTP proxy that the environment names for it."""

from __future__ import annotations

import base64
import http.client
import re
import socket
from urllib.parse import unquote, urlsplit

import requests.utils

from regdoctor.transport.attempt import Attempt, Stage
from regdoctor.transport.request import proxies_for
from regdoctor.transport.sockets import open_socket

_LONGEST_ANSWER = 16384
"""Bytes of a proxy's headers."""
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3})([^\r\n]*)")


def open_way(host: str, port: int, attempt: Attempt) -> socket.socket:
    """A connection over which `host` (no brackets) answers, watched by `attempt`; the caller closes it.

    The same proxy stands between as for an HTTPS request of the HTTP door.

    Raises OSError and http.client.HTTPException for what the network or the proxy does, ValueError for a SOCKS proxy.
    """
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    url = f"https://{authority}"
    proxy = requests.utils.select_proxy(url, proxies_for(url))
    if not proxy:
        return open_socket(host, port, attempt)
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    if parts.scheme != "http":
        raise OSError(
            f"{authority} is reached through an {parts.scheme}:// proxy, and through that TLS is not looked at"
        )
    connection = open_socket(parts.hostname or "", parts.port or 80, attempt)
    try:
        attempt.stage = Stage.CONNECT
        connection.sendall(_request(authority, parts.username, parts.password))
        _require_tunnel(connection)
    except BaseException:
        connection.close()
        raise
    attempt.contacted = f"{authority} through the proxy {attempt.contacted}"
    return connection


def _request(authority: str, user: str | None, password: str | None) -> bytes:
    """CONNECT (RFC 9110 section 9.3.6), with the proxy's own login where its URL has one."""
    lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
    if user is not None:
        pair = f"{unquote(user)}:{unquote(password or '')}"
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(pair.encode()).decode()}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _require_tunnel(connection: socket.socket) -> None:
    received = b""
    # No server of TLS speaks first, so nothing of it is read here.
    while b"\r\n\r\n" not in received and len(received) < _LONGEST_ANSWER:
        piece = connection.recv(4096)
        if not piece:
            raise http.client.RemoteDisconnected("the proxy closed the connection without an answer")
        received += piece
    match = _STATUS_LINE.match(received)
    if match is None:
        raise http.client.BadStatusLine(received[:60].decode("latin-1"))
    if not match[1].startswith(b"2"):
        raise OSError(f"Tunnel connection failed: {(match[1] + match[2]).decode('latin-1')}")
