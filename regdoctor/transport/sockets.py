"""Name lookup and TCP connection, both within what is left of an attempt's time."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Sequence
from typing import Any

from regdoctor.transport.attempt import Attempt, Stage

AddressInfo = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[Any, ...]]
"""One row of `socket.getaddrinfo`."""


def open_socket(host: str, port: int, attempt: Attempt) -> socket.socket:
    """A TCP connection to the first address of `host` that accepts one, watched by `attempt`.

    Where the attempt names an address, that one is connected to.

    Raises socket.gaierror where the name does not resolve, TimeoutError, or the last address's OSError.
    """
    attempt.contacted = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    attempt.stage = Stage.LOOKUP
    addresses = look_up(attempt.address or host, port, attempt.remaining())
    attempt.stage = Stage.CONNECT
    for position, address in enumerate(addresses):
        try:
            # A share each: an address that swallows packets (IPv6, often) must leave time for the next.
            return _connect(address, attempt.remaining() / (len(addresses) - position), attempt)
        except OSError:
            if position == len(addresses) - 1:
                raise
    raise socket.gaierror(socket.EAI_NONAME, "no address for this name")


def look_up(host: str, port: int, seconds: float) -> Sequence[AddressInfo]:
    """The addresses of `host`, in the system's order.

    The system's resolver cannot be interrupted, so it is asked in a thread of its own, which is left behind
    (it ends by itself, and does not keep the process alive) where no answer comes within `seconds`.

    Raises socket.gaierror, or TimeoutError.
    """
    answer: queue.SimpleQueue[Sequence[AddressInfo] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answer.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except UnicodeError:
            answer.put(socket.gaierror(socket.EAI_NONAME, "not a valid host name"))
        except OSError as error:
            answer.put(error)

    threading.Thread(target=ask, name=f"lookup of {host}", daemon=True).start()
    try:
        found = answer.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError(f"looking up {host} took longer than {seconds:g} s") from None
    if isinstance(found, OSError):
        raise found
    return found


def _connect(address: AddressInfo, seconds: float, attempt: Attempt) -> socket.socket:
    family, kind, protocol, _, place = address
    connection = socket.socket(family, kind, protocol)
    try:
        if seconds <= 0:
            raise TimeoutError("no time left to connect")
        connection.settimeout(seconds)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        attempt.watch(connection)
        connection.connect(place)
        attempt.peer = _spell(connection.getpeername())
    except OSError:
        connection.close()
        raise
    return connection


def _spell(peer: tuple[Any, ...]) -> str:
    host, port = str(peer[0]), peer[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
