"""The addon in mitmdump against mitmdump alone: requests in a row, and the memory that a layer of 1 GiB takes."""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from benchmarks.ratio import Ratio
from regdoctor.capture.addon_file import addon_file
from regdoctor.lab.client import status_of
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import wait_until

_CONNECTIONS = 4
"""Each waits for its answer before it asks again; together they keep mitmdump busy, so that it is what is measured."""
_ROUNDS = 100
_PAIRS = 15
_LAYER = 1 << 30
_MORE = 30.0
"""MiB that the addon may take beyond mitmdump that streams everything."""
_PIECE = bytes(1 << 20)
_BLOB = f"/v2/group/app/blobs/sha256:{'a' * 64}"
_UPLOAD = "/v2/group/app/blobs/uploads/11111111-2222-3333-4444-555555555555"
_NO_BLOB = b"HTTP/1.1 404 Not Found\r\nDocker-Distribution-Api-Version: registry/2.0\r\nContent-Length: 0\r\n\r\n"
_TAKEN = b"HTTP/1.1 201 Created\r\nDocker-Distribution-Api-Version: registry/2.0\r\nContent-Length: 0\r\n\r\n"


def measure() -> Iterator[Ratio]:
    """Time by the clock and of the processor, then memory of an upload and of a download. About two minutes."""
    with _registry() as origin:
        yield from _requests(origin)
        for name, work in (("upload", _send_layer), ("download", _fetch_layer)):
            mine, alone = (_peak(origin, work, with_addon=one) for one in (True, False))
            yield Ratio(
                f"MiB at most, 1 GiB {name}, addon",
                "mitmdump with stream_large_bodies=1",
                round(1 + _MORE / alone, 2),
                mine,
                alone,
                mine / alone,
            )


def _requests(origin: int) -> Iterator[Ratio]:
    """Pairs take turns in which of both is first; time of the processor is the steadier figure on a busy machine."""
    with ExitStack() as running:
        started = [running.enter_context(_mitmdump(origin, with_addon=one)) for one in (True, False)]
        asking = [_Asking(running, port, process) for port, process in started]
        for one in asking:
            one.turn()  # imports, the first connection to the origin
        pairs = []
        for number in range(_PAIRS):
            order = (0, 1) if number % 2 else (1, 0)
            taken = {which: asking[which].turn() for which in order}
            pairs.append((taken[0], taken[1]))
    count = _CONNECTIONS * _ROUNDS
    for which, kind in enumerate(("clock", "processor")):
        yield Ratio(
            f"{count} requests through mitmdump with the addon ({kind})",
            "mitmdump alone",
            round(1 / 0.9, 2),
            statistics.median(mine[which] for mine, _ in pairs),
            statistics.median(alone[which] for _, alone in pairs),
            statistics.median(mine[which] / alone[which] for mine, alone in pairs),
        )


@contextmanager
def _registry() -> Iterator[int]:
    """A server that has no blob, takes every upload, and gives a layer of zeros; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_serve, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]


def _serve(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_answer, args=(connection,), daemon=True).start()


def _answer(connection: socket.socket) -> None:
    try:
        with connection, connection.makefile("rb") as reader:
            while request := reader.readline():
                headers = dict(line.rstrip().lower().split(b": ", 1) for line in iter(reader.readline, b"\r\n"))
                left = int(headers.get(b"content-length", 0))
                while left:
                    left -= len(reader.read(min(left, len(_PIECE))))
                if request.startswith(b"GET /v2/group"):
                    connection.sendall(_TAKEN.replace(b"201 Created", b"200 OK").replace(b": 0", b": %d" % _LAYER))
                    for _ in range(_LAYER // len(_PIECE)):
                        connection.sendall(_PIECE)
                else:
                    connection.sendall(_TAKEN if request.startswith(b"PUT") else _NO_BLOB)
    except OSError:  # the proxy was stopped
        return


@contextmanager
def _mitmdump(origin: int, *, with_addon: bool) -> Iterator[tuple[int, int]]:
    """One in reverse mode, with a configuration folder of its own: its port and its process number."""
    (port,) = free_ports(1)
    mode = f"reverse:http://127.0.0.1:{origin}"
    more = ["--scripts", str(addon_file())] if with_addon else ["--set", "stream_large_bodies=1"]
    with tempfile.TemporaryDirectory() as folder:
        started = subprocess.Popen(
            [
                str(Path(sys.executable).with_name("mitmdump")),
                *("--set", f"confdir={folder}", "--listen-host", "127.0.0.1", "--listen-port", str(port)),
                *("--mode", mode, *more),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until(lambda: status_of(f"http://127.0.0.1:{port}/") is not None, "mitmdump", 30.0)
            yield port, started.pid
        finally:
            started.terminate()
            started.wait()


class _Asking:
    """Connections that stay open, as docker keeps its own."""

    def __init__(self, running: ExitStack, port: int, process: int) -> None:
        self._process = psutil.Process(process)
        head = f"HEAD {_BLOB} HTTP/1.1\r\nHost: registry.example.com\r\nUser-Agent: docker/29.0.0\r\n"
        self._request = f"{head}Accept-Encoding: gzip\r\n\r\n".encode()
        self._connections = [
            running.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(_CONNECTIONS)
        ]

    def turn(self) -> tuple[float, float]:
        """Seconds that all requests take: by the clock, and of mitmdump on the processor."""
        before, began = self._on_processor(), time.perf_counter()
        for _ in range(_ROUNDS):
            for connection in self._connections:
                connection.sendall(self._request)
            for connection in self._connections:
                got = b""
                while not got.endswith(b"\r\n\r\n"):  # the answer has no body
                    got += connection.recv(4096)
        return time.perf_counter() - began, self._on_processor() - before

    def _on_processor(self) -> float:
        times = self._process.cpu_times()
        return times.user + times.system


def _send_layer(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as reader:
        connection.sendall(f"PUT {_UPLOAD} HTTP/1.1\r\nHost: x\r\nContent-Length: {_LAYER}\r\n\r\n".encode())
        for _ in range(_LAYER // len(_PIECE)):
            connection.sendall(_PIECE)
        assert b" 201 " in reader.readline()


def _fetch_layer(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as reader:
        connection.sendall(f"GET {_BLOB} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert b" 200 " in reader.readline()
        while reader.readline() != b"\r\n":
            pass
        left = _LAYER
        while left:
            left -= len(reader.read(min(left, len(_PIECE))))


def _peak(origin: int, work: Callable[[int], None], *, with_addon: bool) -> float:
    """MiB of memory that a fresh mitmdump had at most while a layer went through it."""
    with _mitmdump(origin, with_addon=with_addon) as (port, pid):
        work(port)
        status = Path(f"/proc/{pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))) / 1024
