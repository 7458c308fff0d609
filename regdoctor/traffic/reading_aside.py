"""Pieces of work done by a second process beside this one, and given in their order: the same with it and without.

It is a fork of this process, so that it has all that this one has. Each does what the other does not: this one does
the next piece that nobody has begun where the one it needs is not ready. Where no process can be started, or it ends
early, all is done here.
"""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
import struct
import sys
from collections.abc import Callable, Hashable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, TypeVar

Result = TypeVar("Result")

_ASKED = struct.Struct("<I")
_ANSWERED = struct.Struct("<IQ")
_AHEAD = 16
"""Pieces that the other process has been asked for: a few hundred kilobytes, which a pipe holds."""
_HELD = 32
"""Pieces that are asked for or done and not yet wanted: what this process does ahead of its need ends there."""
_COLLECTED = 50_000
"""Objects after which Python looks for cycles; results have none."""
_PIPE = 1 << 20
"""Bytes, as much as Linux lets everybody have (pipe(7))."""


def in_order(
    count: int, work: Callable[[int], Result], depends_on: Callable[[], Hashable], prepare: Callable[[], None]
) -> Iterator[Result]:
    """What `work` gives for 0, 1, … below count. Its results must be good for a pickle.

    depends_on: what results depend on besides; where that changes, what the other process does counts no more.
    prepare: done in the other process before all else.
    """
    aside = _Aside(work, prepare) if can_work_aside() else None
    if aside is None or not aside.start():
        yield from map(work, range(count))
        return
    try:
        yield from _shared(count, work, aside, depends_on)
    finally:
        aside.end()


def can_work_aside() -> bool:
    """Whether a fork of this process is safe, which it is with one thread alone, and there is a core for it."""
    if sys.platform != "linux":
        return False
    try:
        return len(os.sched_getaffinity(0)) > 1 and len(list(Path("/proc/self/task").iterdir())) == 1
    except OSError:
        return False


def _shared(
    count: int, work: Callable[[int], Result], aside: _Aside, depends_on: Callable[[], Hashable]
) -> Iterator[Result]:
    before, begun = depends_on(), 0
    ready: dict[int, Result] = {}
    for number in range(count):
        if aside.works and depends_on() != before:
            aside.end()
            ready.clear()
        while number not in ready:
            while aside.works and len(aside.asked) < _AHEAD and begun < count:
                aside.ask(begun)
                begun += 1
            free = begun < count and len(ready) + len(aside.asked) < _HELD
            if number not in aside.asked:
                # Nobody has begun it, or the one who had is gone.
                ready[number] = work(number)
                begun = max(begun, number + 1)
            elif aside.has_answered(wait=not free):
                for one, result in aside.answer():
                    ready[one] = result
            elif free:
                begun += 1
                ready[begun - 1] = work(begun - 1)
        yield ready.pop(number)


class _Aside:
    """The other process."""

    def __init__(self, work: Callable[[int], Any], prepare: Callable[[], None]) -> None:
        self._work, self._prepare = work, prepare
        self._process = self._to = self._of = -1
        self.asked: set[int] = set()
        self.works = False

    def start(self) -> bool:
        """Whether it was started."""
        pipes: list[int] = []
        # A Ctrl-C is not to come up in the fork before that ignores it.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            pipes += os.pipe()
            pipes += os.pipe()
            tasks, self._to, self._of, results = pipes
            _widen(results)
            self._process = os.fork()
            if not self._process:
                self._serve(tasks, results, before)
        except OSError:
            for pipe in pipes:
                os.close(pipe)
            return False
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.close(tasks)
        os.close(results)
        self.works = True
        return True

    def _serve(self, tasks: int, results: int, mask: set[int]) -> NoReturn:
        """In the other process, until its maker closes the pipe, or is no more."""
        try:
            # Ctrl-C goes to both, and is for the maker to answer.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            # What is there now is not to be looked through again and again, which would also copy the memory.
            gc.freeze()
            gc.set_threshold(_COLLECTED)
            os.close(self._to)
            os.close(self._of)
            self._prepare()
            while asked := _read(tasks, _ASKED.size):
                (number,) = _ASKED.unpack(asked)
                result = pickle.dumps(self._work(number), pickle.HIGHEST_PROTOCOL)
                _write(results, _ANSWERED.pack(number, len(result)))
                _write(results, result)
        finally:
            # Whatever went wrong: the maker does the same work, comes to the same error, and tells of it.
            os._exit(0)

    def ask(self, number: int) -> None:
        try:
            _write(self._to, _ASKED.pack(number))
            self.asked.add(number)
        except OSError:
            self.end()

    def has_answered(self, *, wait: bool) -> bool:
        return bool(select.select([self._of], [], [], None if wait else 0)[0])

    def answer(self) -> Iterator[tuple[int, Any]]:
        """One piece and its result; none where the other process is gone."""
        head = _read(self._of, _ANSWERED.size)
        if not head:
            self.end()
            return
        number, length = _ANSWERED.unpack(head)
        content = _read(self._of, length)
        if not content:
            self.end()
            return
        self.asked.discard(number)
        yield number, pickle.loads(content)  # noqa: S301 - written by a fork of this process

    def end(self) -> None:
        """It is gone when this is done; what it was asked for is not to come."""
        if not self.works:
            return
        self.works = False
        self.asked.clear()
        os.close(self._to)
        os.close(self._of)
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)


def _widen(fd: int) -> None:
    import fcntl

    with suppress(OSError):
        fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, _PIPE)


def _write(fd: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(fd, left) :]


def _read(fd: int, length: int) -> bytes:
    """So many bytes; none where the other end is closed before they came."""
    found = bytearray()
    while len(found) < length:
        piece = os.read(fd, length - len(found))
        if not piece:
            return b""
        found += piece
    return bytes(found)
