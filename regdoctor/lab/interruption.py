"""Ctrl-C and SIGTERM as an exception, which never comes between a child's start and its record."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """The user asked to stop. Not an Exception, so that nothing takes it for a failure of its own."""

    def __init__(self, number: int) -> None:
        """Remember which signal it was."""
        super().__init__(signal.Signals(number).name)
        self.number = number


class _Shield:
    depth = 0
    pending: int | None = None


_shield = _Shield()


@contextmanager
def interruptible() -> Iterator[None]:
    """Within: the first SIGINT, SIGTERM or SIGHUP raises Interrupted in the main thread; later ones nothing.

    So an impatient second Ctrl-C cannot break off the cleaning up. For the main thread only.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        if _shield.depth:
            _shield.pending = number
        else:
            raise Interrupted(number)

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _shield.pending = None


@contextmanager
def shielded() -> Iterator[None]:
    """Within: Interrupted is put off until the end of the block."""
    _shield.depth += 1
    try:
        yield
    finally:
        _shield.depth -= 1
    if _shield.pending is not None and not _shield.depth:
        number, _shield.pending = _shield.pending, None
        raise Interrupted(number)
