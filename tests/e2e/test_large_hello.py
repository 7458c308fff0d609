"""A middlebox that wants the whole ClientHello in one segment: only the large one fails, and the check says so.

The middlebox is a real TCP proxy that closes a connection whose first segment does not hold the whole record, as
https://tldr.fail/ tells of firewalls. On loopback all would be one segment: it announces the segment size of Ethernet
(TCP_MAXSEG), so that the kernel of the client cuts the large one in two.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote
from regdoctor.checks.tls.large_hello_refused import large_hello_refused
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.large_hello import LargeHello
from regdoctor.injection import Absent
from regdoctor.lab.processes import Processes
from regdoctor.probes.large_hello import large_hello
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.tls_fronts import TlsFronts

ABSENT = Absent("not part of this test")
SEGMENT = 1400
"""Bytes of a segment: those of a VPN's Ethernet frame."""


class Middlebox:
    """Passes on to a port of loopback what begins with a whole TLS record, and resets the rest."""

    def __init__(self, upstream: int, *, patient: bool = False) -> None:
        """Listen at once. patient: it reads on until the record is whole, as a good one does."""
        self.upstream = upstream
        self.patient = patient
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT)
        self.port: int = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def close(self) -> None:
        """Accept no more."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(10)

    def _accept(self) -> None:
        with contextlib.ExitStack() as open_ones:
            while True:
                try:
                    client, _ = self._listener.accept()
                except OSError:
                    return
                open_ones.enter_context(client)
                first = self._first(client)
                if first is None:
                    client.close()  # with bytes unread: a RST
                    continue
                server = open_ones.enter_context(socket.create_connection(("127.0.0.1", self.upstream)))
                server.sendall(first)
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=_copy, args=(source, sink), daemon=True).start()

    def _first(self, client: socket.socket) -> bytes | None:
        """The record, or None where the first segment did not hold it."""
        client.settimeout(5)
        data = client.recv(SEGMENT)
        whole = 5 + int.from_bytes(data[3:5], "big")
        while self.patient and len(data) < whole:
            data += client.recv(SEGMENT)
        return data if len(data) >= whole else None


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


@pytest.fixture
def fronts(tmp_path: Path) -> Iterator[TlsFronts]:
    """Fronts that end with the test."""
    processes = Processes()
    folder = tmp_path / "front"
    folder.mkdir()
    try:
        yield TlsFronts(folder, processes)
    finally:
        processes.stop_all()


@pytest.fixture
def middlebox() -> Iterator[Callable[..., Middlebox]]:
    """Starts middleboxes, and ends them with the test."""
    with contextlib.ExitStack() as started:

        def start(upstream: int, *, patient: bool = False) -> Middlebox:
            one = Middlebox(upstream, patient=patient)
            started.callback(one.close)
            return one

        yield start


def look(port: int) -> LargeHello:
    """What the probe sees at that port."""
    public = Endpoint(f"https://localhost:{port}", Quote("command line", "--registry"))
    at = Endpoints(public, None, None, None)
    found = large_hello.gather(at, config=ABSENT, installation=ABSENT, service=ABSENT)
    assert isinstance(found, LargeHello)
    return found


def judge(found: LargeHello) -> Outcome:
    """The one outcome."""
    told = large_hello_refused.judge(hello=found)
    (outcome,) = [told] if isinstance(told, Outcome) else told
    return outcome


def test_a_middlebox_that_wants_one_segment_cuts_off_the_large_one_alone(
    fronts: TlsFronts, lone_registry: LoneRegistry, middlebox: Callable[..., Middlebox]
) -> None:
    lone_registry.serve()
    fronts.nginx(lone_registry.port)
    fail = judge(look(middlebox(fronts.port).port))
    assert isinstance(fail, Fail)
    assert fail.failure_modes == ("TLS-13",)
    assert "is cut off with one of" in fail.message
    assert [quote.quote.partition(" → ")[2][:4] for quote in fail.evidence[:4]] == ["done", "loca"] * 2
    assert fail.remedy[Dialect.PLAIN].text.startswith("Look for a firewall or load balancer")

    assert isinstance(judge(look(middlebox(fronts.port, patient=True).port)), Pass)


@pytest.mark.parametrize("front", ["nginx", "nginx with http2", "haproxy", "haproxy with http1 alone", "registry"])
def test_real_servers_take_a_large_one_at_once(front: str, fronts: TlsFronts, lone_registry: LoneRegistry) -> None:
    if front == "registry":
        tls = f"tls: {{certificate: {fronts.pem}, key: {fronts.pem}}}"
        lone_registry.serve(f"http: {{addr: '127.0.0.1:@PORT', {tls}}}\n")
        fronts.port = lone_registry.port
    else:
        lone_registry.serve()
        if front.startswith("nginx"):
            fronts.nginx(lone_registry.port, "ssl http2" if "http2" in front else "ssl")
        else:
            fronts.haproxy(lone_registry.port, mode="http", alpn="http/1.1" if "http1" in front else "h2,http/1.1")
    found = look(fronts.port)
    assert isinstance(judge(found), Pass)
    (trial,) = found.trials
    assert (len(trial.small), len(trial.large)) == (1, 1)
    assert trial.large[0].size >= 1800
    assert trial.small[0].seconds + trial.large[0].seconds < 0.5
