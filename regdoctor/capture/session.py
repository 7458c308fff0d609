"""One capture from its start to its end: mitmdump, maybe a client, the signals, and the recording that remains."""

from __future__ import annotations

import contextlib
import enum
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TextIO

from regdoctor.capture import client_run, mitmdump, trust
from regdoctor.capture.client_run import ClientRun
from regdoctor.capture.instructions import at_the_end, at_the_start, with_a_client
from regdoctor.capture.lifeline import FOLDER_PREFIX
from regdoctor.capture.mitmdump import Mitmdump
from regdoctor.capture.plan import Mode, Plan
from regdoctor.capture.setup_block import Place
from regdoctor.capture.upstream import keeps_host
from regdoctor.evidence.trust import TrustedCAs
from regdoctor.exit_codes import UsageError

_AUTHORITY = "mitmproxy-ca-cert.pem"
"""How mitmproxy names the certificate of its authority."""
_START = 60.0
"""Seconds that mitmdump has until it listens."""


@dataclass(frozen=True, slots=True)
class Captured:
    """What is there at the end."""

    recording: Path
    """It can be read while the capture's context lasts; empty where nothing went by."""
    client_code: int | None = None
    """What the client ended with, negative for a signal; None where there was none, or we ended it."""
    broke_off: bool = False
    """Whether mitmdump ended by itself."""


class _Event(enum.Enum):
    MITMDUMP = "listens, or has ended"
    CLIENT = "has ended"


_Events = SimpleQueue[_Event | int]
"""What the session waits for; a number is a signal. Of the queues this is the one that a signal's handler may use."""


@contextlib.contextmanager
def captured(plan: Plan, say: Callable[[str], None], stream: TextIO | None) -> Iterator[Captured]:
    """Capture until the client ends, a signal comes or mitmdump ends. Nothing but the recording remains.

    say: gets lines for people, by other threads too; stream: where the client writes.
    Raises UsageError, one line, for all that keeps it from starting.
    """
    program = mitmdump.find_mitmdump()
    if plan.client:
        client_run.require_found(plan.client)
    authorities = trust.private_authorities(plan.ca_file)
    if plan.port:
        mitmdump.require_free(plan.host, plan.port)
    trusted = TrustedCAs(((str(plan.ca_file), "\n".join(authorities)),) if authorities else ())
    own_host = mitmdump.at(_reachable(plan.host), plan.port or 1)
    if named := client_run.proxies_named(os.environ):
        say(f"{', '.join(named)} of the environment: the capture does not use it, and asks the registry directly.")
    keep_host = plan.mode is Mode.REVERSE and keeps_host(plan.url, own_host, trusted)
    events: _Events = SimpleQueue()
    with _signals(events):
        folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
        try:
            run = _Run(plan, folder, events, say, stream, keep_host=keep_host)
            run.prepare(authorities)
            told = run.until_the_end(program)
            # Opened before its folder goes: nothing is left behind then, however we end while it is read.
            recording = plan.record or folder / "session.flow"
            held = os.open(recording, os.O_RDONLY | os.O_CLOEXEC)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    try:
        yield Captured(plan.record or Path(f"/proc/self/fd/{held}"), *told)
    finally:
        os.close(held)


class _Run:
    """The folder, mitmdump and the client of one capture."""

    def __init__(
        self,
        plan: Plan,
        folder: Path,
        events: _Events,
        say: Callable[[str], None],
        stream: TextIO | None,
        *,
        keep_host: bool,
    ) -> None:
        """Nothing runs yet."""
        self._plan, self._folder, self._events, self._say, self._stream = plan, folder, events, say, stream
        self._keep_host = keep_host
        self._roots, self._client_roots = folder / "upstream-roots.pem", folder / "client-roots.pem"

    def prepare(self, authorities: Sequence[str]) -> None:
        """Write what mitmdump is to trust."""
        trust.write_bundle(self._roots, trust.system_roots(os.environ), authorities)

    def until_the_end(self, program: Path) -> tuple[int | None, bool]:
        """Run all of it; what Captured tells of the client and of mitmdump."""
        plan = self._plan
        command = mitmdump.arguments_of(self._folder, plan.host, plan.port, self._mode(), self._settings())
        proxy = Mitmdump([program, *command], tell=self._say, ready=lambda: self._events.put(_Event.MITMDUMP))
        client: ClientRun | None = None
        try:
            place = self._place(self._listening(proxy))
            client = self._start_client(place) if plan.client else None
            self._say("\n".join(at_the_start(place) if client is None else with_a_client(place, plan.client)))
            event = self._events.get()
            if isinstance(event, int) and client is not None:
                client.stop(event)
            code = client.exit_code if client is not None and event is _Event.CLIENT else None
        finally:
            if client is not None and client.exit_code is None:
                client.stop(signal.SIGTERM)
            proxy.stop()
        if client is None:
            self._say("\n".join(at_the_end(place)))
        return code, event is _Event.MITMDUMP

    def _listening(self, proxy: Mitmdump) -> tuple[str, int]:
        try:
            event = self._events.get(timeout=_START)
        except Empty:
            raise UsageError(f"mitmdump does not listen after {_START:.0f} s.") from None
        if isinstance(event, int):
            raise KeyboardInterrupt
        if proxy.address is None or not proxy.imports_regdoctor():
            raise UsageError(proxy.complaint())
        return proxy.address

    def _mode(self) -> str:
        return f"reverse:{self._plan.url}" if self._plan.mode is Mode.REVERSE else "regular"

    def _settings(self) -> list[str]:
        record = (self._plan.record or self._folder / "session.flow").absolute()
        return [
            f"keep_host_header={str(self._keep_host).lower()}",
            f"ssl_verify_upstream_trusted_ca={self._roots}",
            f"regdoctor_record={record}",
        ]

    def _place(self, address: tuple[str, int]) -> Place:
        host, port = address
        return Place(
            address=mitmdump.at(_reachable(host), port),
            url=self._plan.url,
            is_reverse=self._plan.mode is Mode.REVERSE,
            keeps_host=self._keep_host,
            authority=self._folder / _AUTHORITY,
            record=self._plan.record,
        )

    def _start_client(self, place: Place) -> ClientRun:
        if place.is_reverse:
            environment = client_run.environment_for(os.environ)
        else:
            trust.write_bundle(
                self._client_roots, trust.private_authorities(place.authority), trust.private_authorities(self._roots)
            )
            environment = client_run.environment_for(os.environ, f"http://{place.address}", self._client_roots)
        words = client_run.words_for(self._plan.client, place.address) if place.is_reverse else self._plan.client
        return ClientRun(words, environment, self._stream, lambda: self._events.put(_Event.CLIENT))


def _reachable(host: str) -> str:
    """The address by which clients of this machine reach one that listens there."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - it is compared with


@contextlib.contextmanager
def _signals(events: _Events) -> Iterator[None]:
    """Within: Ctrl-C, SIGTERM and the end of the terminal are events."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup has it go on without its terminal
        numbers.append(signal.SIGHUP)
    before = {number: signal.signal(number, lambda got, _: events.put(got)) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
