"""Which runs are still going: each holds a lock, which the kernel lets go of however the run ends."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from pathlib import Path

_RUN = re.compile(r"[0-9a-f]{16}")
_held: dict[Path, tuple[str, int]] = {}
"""This process's runs by their folder: the name, and the descriptor that holds the lock."""


def take_mark(folder: Path) -> str:
    """The name of this process's run in a folder, under which others see that it is going.

    What killed runs left of their marks is removed. The caller lets nobody else take or look at marks meanwhile.

    Raises OSError.
    """
    if folder in _held:
        return _held[folder][0]
    for other in folder.glob("run-*.lock"):
        if is_over(folder, other.stem.removeprefix("run-")):
            other.unlink(missing_ok=True)
    run = secrets.token_hex(8)
    descriptor = os.open(_file(folder, run), os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    _held[folder] = (run, descriptor)
    return run


def drop_mark(folder: Path) -> None:
    """Remove this process's mark; nothing happens where it has none."""
    if folder in _held:
        run, descriptor = _held.pop(folder)
        _file(folder, run).unlink(missing_ok=True)
        os.close(descriptor)


def is_own(folder: Path, run: str) -> bool:
    """Whether a run is this process's."""
    return folder in _held and _held[folder][0] == run


def is_over(folder: Path, run: str) -> bool:
    """Whether no process is this run any more; so it is for what is no run's name. Raises OSError."""
    if not _RUN.fullmatch(run):
        return True
    try:
        descriptor = os.open(_file(folder, run), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _file(folder: Path, run: str) -> Path:
    return folder / f"run-{run}.lock"
