"""Free loopback ports."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack

import pytest

from regdoctor.lab import ports as ports_module
from regdoctor.lab.ports import free_ports, held_port, loopback_addresses


def test_the_ports_differ_and_can_be_listened_on_at_every_loopback_address() -> None:
    ports = free_ports(20)

    assert len(set(ports)) == 20
    for port in ports:
        for address in loopback_addresses():
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            with socket.socket(family, socket.SOCK_STREAM) as listener:
                listener.bind((address, port))


def test_a_port_that_is_taken_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = free_ports(1)[0]
    monkeypatch.setattr(ports_module, "_LOWEST", taken)
    monkeypatch.setattr(ports_module, "_HIGHEST", taken + 1)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", taken))
        listener.listen()

        with pytest.raises(OSError, match="fewer than 1 ports are free"):
            free_ports(1)
    assert free_ports(1) == (taken,)


def test_ports_lie_below_those_of_outgoing_connections() -> None:
    assert max(free_ports(50)) < 32768


def can_listen(port: int, address: str) -> bool:
    """Whether a server that sets SO_REUSEADDR, as Go's and nginx do, gets the port."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address, port))
            listener.listen()
        except OSError:
            return False
    return True


def test_a_held_port_refuses_connections_and_nobody_can_listen_there_until_it_is_let_go() -> None:
    everywhere = ("0.0.0.0", *loopback_addresses(), *(["::"] if "::1" in loopback_addresses() else []))
    with ExitStack() as held:
        port = held_port(held)

        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=2.0)
        assert [address for address in everywhere if can_listen(port, address)] == []
    assert can_listen(port, "127.0.0.1")


def test_the_program_names_the_port_that_it_holds_until_its_end() -> None:
    holder = subprocess.Popen([sys.executable, "-m", "regdoctor.lab.ports"], stdout=subprocess.PIPE)
    with holder:
        assert holder.stdout is not None
        port = int(holder.stdout.readline())
        try:
            assert not can_listen(port, "127.0.0.1")
        finally:
            os.kill(holder.pid, signal.SIGTERM)
    assert can_listen(port, "127.0.0.1")
