"""Free loopback ports."""

from __future__ import annotations

import socket

import pytest

from regdoctor.lab import ports as ports_module
from regdoctor.lab.ports import free_ports, loopback_addresses


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
