"""Real servers of Redis for tests: a server, a sentinel that watches it, one with TLS, and a wire that is slow."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.lab.servers import listens
from regdoctor.transport.attempt import Attempt
from regdoctor.transport.redis_protocol import RedisConnection, RedisError, Reply


class RedisSite:
    """One redis-server, and one sentinel that calls it `the-main-one`; end it with `stop`."""

    def __init__(self, folder: Path) -> None:
        """Start both in `folder`."""
        self._processes, self._folder = Processes(), folder
        self.port, self.sentinel_port = free_ports(2)
        self.address, self.sentinel = f"127.0.0.1:{self.port}", f"127.0.0.1:{self.sentinel_port}"
        self.start()
        file = folder / "sentinel.conf"
        file.write_text(
            f"port {self.sentinel_port}\nbind 127.0.0.1\ndir {folder}\n"
            f"sentinel monitor the-main-one 127.0.0.1 {self.port} 1\n"
        )
        self._run("sentinel", self.sentinel_port, file, "--sentinel")

    def start(self) -> None:
        """Start the server afresh, empty and without a password."""
        words = ("--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--enable-debug-command", "yes")
        self._run("redis", self.port, *words, "--dir", str(self._folder))

    def halt(self) -> None:
        """End the server; the sentinel stays."""
        self._processes.stop("redis")

    def stop(self) -> None:
        """End both."""
        self._processes.stop_all()

    def say(self, *words: str, password: str = "") -> Reply:
        """One command to the server, after AUTH where there is a password."""
        return _say(self.port, words, password)

    def _run(self, name: str, port: int, *words: str | Path) -> None:
        command = (find_program("redis-server"), *words)
        environment = minimal_environment(self._folder)
        process = self._processes.start(name, command, log=self._folder / f"{name}.log", environment=environment)
        process.wait_ready(lambda: _is_up(port))


class TlsRedis:
    """A redis-server that speaks TLS alone, with a password; a context manager."""

    def __init__(self, folder: Path, certificate: str, key: str, password: str) -> None:
        """`certificate` and `key` in PEM form, for 127.0.0.1; files go to `folder`."""
        self._processes, self._folder, self._password = Processes(), folder, password
        (self._port,) = free_ports(1)
        self.address = f"127.0.0.1:{self._port}"
        (folder / "redis.crt").write_text(certificate)
        (folder / "redis.key").write_text(key)
        self._context = ssl.create_default_context()
        self._context.check_hostname, self._context.verify_mode = False, ssl.CERT_NONE
        self._own = 0

    def __enter__(self) -> Self:
        """Start it."""
        file = self._folder / "redis.conf"
        file.write_text(
            f"port 0\ntls-port {self._port}\nbind 127.0.0.1\nsave ''\ndir {self._folder}\n"
            f"tls-cert-file {self._folder}/redis.crt\ntls-key-file {self._folder}/redis.key\n"
            f"tls-ca-cert-file {self._folder}/redis.crt\ntls-auth-clients no\nrequirepass {self._password}\n"
        )
        command = (find_program("redis-server"), file)
        environment = minimal_environment(self._folder)
        process = self._processes.start("redis", command, log=self._folder / "tls.log", environment=environment)
        process.wait_ready(lambda: listens(self._port))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self._processes.stop_all()

    def logins(self) -> int:
        """How often anybody but this has sent it a password."""
        self._own += 1
        told = str(_say(self._port, ("INFO", "commandstats"), self._password, self._context))
        (line,) = [line for line in told.splitlines() if line.startswith("cmdstat_auth:")]
        return int(line.partition("calls=")[2].partition(",")[0]) - self._own


def _say(port: int, words: tuple[str, ...], password: str = "", context: ssl.SSLContext | None = None) -> Reply:
    with Attempt(5) as attempt, RedisConnection("127.0.0.1", port, attempt, context) as link:
        if password:
            link.ask("AUTH", password)
        return link.ask(*words)


def _is_up(port: int) -> bool:
    try:
        return _say(port, ("PING",)) == "PONG"
    except (OSError, RedisError):
        return False


class SlowWire:
    """Listens on a port of its own and passes on what comes, answers later by `delay` seconds."""

    def __init__(self, port: int, delay: float) -> None:
        """To `port` on loopback."""
        self._to, self._delay = port, delay
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        """Listen."""
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take nobody in any more."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._to))
            for source, target, delay in ((near, far, 0.0), (far, near, self._delay)):
                threading.Thread(target=_pass_on, args=(source, target, delay), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket, delay: float) -> None:
    """Until either side ends; both are closed by whoever is first to notice."""
    try:
        while data := source.recv(1 << 16):
            time.sleep(delay)  # it is what this wire is for
            target.sendall(data)
    except OSError:
        pass
    finally:
        source.close()
        target.close()
