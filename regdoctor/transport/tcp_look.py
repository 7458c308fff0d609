"""Connects to single addresses by TCP alone, to tell which of a name's addresses accept a connection."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from regdoctor.evidence.addresses import AddressLook
from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.transport.attempt import Attempt, Stage
from regdoctor.transport.failures import failure_of
from regdoctor.transport.sockets import AddressInfo

_OF_THE_WAY = (errno.ECONNREFUSED, errno.ECONNRESET, errno.ETIMEDOUT, errno.EHOSTUNREACH)
"""What connect(2) says where the address, or the network before it, is what does not answer."""


def look_side_by_side(addresses: Sequence[AddressInfo], seconds: float) -> tuple[AddressLook, ...]:
    """One look at each, in their order; all of them together take no longer than `seconds`.

    Raises nothing that the network does.
    """
    if not addresses:
        return ()
    with ThreadPoolExecutor(len(addresses), thread_name_prefix="tcp look") as pool:
        return tuple(pool.map(lambda one: look(one, seconds), addresses))


def look(address: AddressInfo, seconds: float) -> AddressLook:
    """Connect and let go again, within `seconds`. Nothing is sent."""
    family, kind, protocol, _, place = address
    host, port = str(place[0]), place[1]
    attempt = Attempt(seconds)
    attempt.contacted = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    attempt.stage = Stage.CONNECT
    failure: Failure | None = None
    tried = True
    try:
        with socket.socket(family, kind, protocol) as connection:
            connection.settimeout(max(seconds, 0.001))
            connection.connect(place)
    except OSError as error:
        # A timeout of the socket's own has no number.
        tried = isinstance(error, TimeoutError) or error.errno in _OF_THE_WAY
        failure = failure_of(error, attempt) if tried else _not_tried(error, attempt)
    return AddressLook(host, attempt.elapsed(), failure, tried)


def _not_tried(error: OSError, attempt: Attempt) -> Failure:
    return Failure(FailureKind.UNREACHABLE, f"{attempt.contacted}: {error.strerror}: this host could not try it")
