"""Free loopback ports for the lab's servers."""

from __future__ import annotations

import errno
import secrets
import socket
from contextlib import ExitStack

_LOWEST, _HIGHEST = 18000, 31000
"""Below Linux's ephemeral ports (32768 and up): no outgoing connection takes one before we listen."""


def loopback_addresses() -> tuple[str, ...]:
    """The loopback addresses that work here: 127.0.0.1, and ::1 where IPv6 is on."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return ("127.0.0.1",)
    return ("127.0.0.1", "::1")


def free_ports(count: int) -> tuple[int, ...]:
    """`count` different ports that nothing listens on, on any address.

    Raises OSError where not enough of them are free.
    """
    random = secrets.SystemRandom()
    found: list[int] = []
    with ExitStack() as held:
        for port in random.sample(range(_LOWEST, _HIGHEST), _HIGHEST - _LOWEST):
            if _hold(port, held):
                found.append(port)
            if len(found) == count:
                return tuple(found)
    raise OSError(errno.EADDRINUSE, f"fewer than {count} ports are free from {_LOWEST} to {_HIGHEST}")


def _hold(port: int, held: ExitStack) -> bool:
    """Whether `port` can be bound; it stays bound until `held` is closed, so that it is not found twice."""
    with ExitStack() as attempt:
        for address in loopback_addresses():
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            listener = attempt.enter_context(socket.socket(family, socket.SOCK_STREAM))
            try:
                listener.bind((address, port))
            except OSError:
                return False
        held.push(attempt.pop_all())
    return True
