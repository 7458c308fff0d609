"""Free loopback ports for the lab's servers, and one that is kept free of any: `python -m regdoctor.lab.ports`."""

from __future__ import annotations

import errno
import secrets
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack

_LOWEST, _HIGHEST = 18000, 31000
"""Below Linux's ephemeral ports (32768 and up): no outgoing connection takes one before we listen."""
_STRIDE = 7919
"""From one port to the next that is tried; it shares no divisor with their count, so that all are reached."""


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
    found: list[int] = []
    with ExitStack() as held:
        for port in _in_any_order():
            if _hold(port, held):
                found.append(port)
            if len(found) == count:
                return tuple(found)
    raise OSError(errno.EADDRINUSE, f"fewer than {count} ports are free from {_LOWEST} to {_HIGHEST}")


def held_port(held: ExitStack) -> int:
    """A port on which nobody can listen until `held` is closed: connections to it are refused.

    It is bound and does not listen. Without SO_REUSEADDR on this side nobody else can bind it, not even all addresses
    at once. Raises OSError where no port is free.
    """
    for port in _in_any_order():
        if _hold(port, held):
            return port
    raise OSError(errno.EADDRINUSE, f"no port is free from {_LOWEST} to {_HIGHEST}")


def _in_any_order() -> Iterator[int]:
    """Every port of the range once, from any one on, so that those who look at the same time rarely meet."""
    count = _HIGHEST - _LOWEST
    start = secrets.randbelow(count)
    yield from (_LOWEST + (start + step * _STRIDE) % count for step in range(count))


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


def main() -> None:
    """Hold a port until the end of this process; its number is the one line of output."""
    with ExitStack() as held:
        print(held_port(held), flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
