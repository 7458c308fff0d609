"""A look at one address: what never left this host is told from what the address itself did."""

from __future__ import annotations

import errno
import os
import socket
from typing import Any

import pytest

from regdoctor.evidence.exchange import FailureKind
from regdoctor.transport.sockets import AddressInfo
from regdoctor.transport.tcp_look import look, look_side_by_side

V6: AddressInfo = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2001:db8::7", 443, 0, 0))


@pytest.mark.parametrize(
    ("number", "kind", "not_tried"),
    [
        (errno.ENETUNREACH, FailureKind.UNREACHABLE, True),
        (errno.EADDRNOTAVAIL, FailureKind.UNREACHABLE, True),
        (errno.EAFNOSUPPORT, FailureKind.UNREACHABLE, True),
        (errno.EHOSTUNREACH, FailureKind.UNREACHABLE, False),
        (errno.EACCES, FailureKind.UNREACHABLE, True),
        (errno.EMFILE, FailureKind.UNREACHABLE, True),
        (errno.ECONNREFUSED, FailureKind.REFUSED, False),
        (errno.ETIMEDOUT, FailureKind.TIMEOUT, False),
    ],
)
def test_what_the_system_says_is_sorted(
    number: int, kind: FailureKind, not_tried: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refusing:
        def __init__(self, *_: Any) -> None:
            """Made like a socket."""

        def __enter__(self) -> Refusing:
            return self

        def __exit__(self, *_: object) -> None:
            """Nothing to close."""

        def settimeout(self, _: float) -> None:
            """It fails at once."""

        def connect(self, _: object) -> None:
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(socket, "socket", Refusing)
    found = look(V6, 1)
    assert found.failure is not None
    assert (found.failure.kind, not found.tried, found.is_v6) == (kind, not_tried, True)
    assert found.failure.message.startswith("[2001:db8::7]:443: ")


def test_no_addresses_give_no_looks() -> None:
    assert look_side_by_side((), 1) == ()


def test_nothing_is_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        place: AddressInfo = (socket.AF_INET, socket.SOCK_STREAM, 6, "", server.getsockname())
        (found,) = look_side_by_side([place], 5)
        accepted, _ = server.accept()
        with accepted:
            assert accepted.recv(1) == b""
    assert found.failure is None
    assert found.seconds < 5
