"""What comes again in flow after flow of one file, worked out once: connections, headers, origins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from regdoctor.formats.flow_addresses import capture_origin, shown_address
from regdoctor.formats.raw_exchange import Headers
from regdoctor.formats.tnetstring import opened
from regdoctor.formats.wanted_parts import items, opened_dictionary, shape

_MOST_CONNECTIONS = 256
_MOST_HEADERS = 4096
_MOST_BLOCKS = 256
_LONGEST_KEPT = 4096
"""Bytes of headers that are kept: a token has one or two thousand."""
_CLIENT = shape(dict.fromkeys(("id", "peername", "sockname", "proxy_mode", "timestamp_tls_setup")))
_SERVER = shape(dict.fromkeys(("peername", "address")))


class Client(NamedTuple):
    """What is told of a client's connection; each empty where it is not known."""

    name: str
    address: str
    mode: str
    """Of the recorder: `regular`, `reverse:https://registry.example.com`."""
    origin: str
    """Of the recorder in reverse mode."""


class Repeats:
    """One for each file that is read. Unclean text is in it, of no more than a few thousand headers."""

    def __init__(self) -> None:
        """Empty."""
        self._clients: dict[bytes, Client] = {}
        self._servers: dict[bytes, str] = {}
        self._headers: dict[bytes, tuple[str, str]] = {}
        self._blocks: dict[bytes, Headers] = {}
        """All headers of a message: a client sends the same with many requests."""

    def client(self, value: Any) -> Client:
        """Of a client's connection, packed or not, what is told of it."""
        if not isinstance(value, bytes):
            return _client(value or {})
        known = self._clients.get(value)
        if known is None:
            _make_room(self._clients, _MOST_CONNECTIONS)
            known = self._clients[value] = _client(opened_dictionary(value, _CLIENT))
        return known

    def server(self, value: Any) -> str:
        """Of a server's connection, packed or not, its address and port."""
        if not isinstance(value, bytes):
            return _server(value or {})
        known = self._servers.get(value)
        if known is None:
            _make_room(self._servers, _MOST_CONNECTIONS)
            known = self._servers[value] = _server(opened_dictionary(value, _SERVER))
        return known

    def headers(self, message: Mapping[str, Any]) -> Headers:
        """The headers of a message, in their order."""
        value = message.get("headers") or ()
        if not isinstance(value, bytes):
            return tuple([_header(one) for one in value])
        block = self._blocks.get(value)
        if block is None:
            known = self._headers
            block = tuple([known.get(item) or self._kept(item) for item in items(value)])
            if len(value) <= _LONGEST_KEPT:
                _make_room(self._blocks, _MOST_BLOCKS)
                self._blocks[value] = block
        return block

    def _kept(self, item: bytes) -> tuple[str, str]:
        header = _header(opened(item))
        if len(item) <= _LONGEST_KEPT:
            _make_room(self._headers, _MOST_HEADERS)
            self._headers[item] = header
        return header


def readable(value: Any) -> str:
    """Bytes as UTF-8, else as latin-1; text as it is; empty for all else."""
    if not isinstance(value, bytes):
        return value if isinstance(value, str) else ""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _make_room(kept: dict[Any, Any], most: int) -> None:
    if len(kept) >= most:
        kept.clear()


def _client(connection: Mapping[str, Any]) -> Client:
    mode, name = connection.get("proxy_mode"), connection.get("id")
    return Client(
        name if isinstance(name, str) else "",
        shown_address(connection.get("peername"), port=False),
        mode if isinstance(mode, str) else "",
        capture_origin(mode, connection),
    )


def _server(connection: Mapping[str, Any]) -> str:
    return shown_address(connection.get("peername") or connection.get("address"), port=True)


def _header(pair: Any) -> tuple[str, str]:
    name, value = pair
    return readable(name), readable(value)
