"""Reading one file from disk, so that nothing on the disk can block, flood or crash the examination."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from regdoctor.formats.located import UnreadableError

_KINDS = (
    (stat.S_ISDIR, "a directory, not a file"),
    (stat.S_ISFIFO, "a named pipe, not a file"),
    (stat.S_ISSOCK, "a socket, not a file"),
    (stat.S_ISBLK, "a block device, not a file"),
    (stat.S_ISCHR, "a character device, not a file"),
)
_WORDS = {
    errno.ENOENT: "no such file",
    errno.ENOTDIR: "no such file: a part of its path is not a directory",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.ELOOP: "a loop of symbolic links",
    errno.ENAMETOOLONG: "the name is too long",
}


def read_file(path: Path, cap: int = 2 * 1024 * 1024) -> bytes:
    """The whole content of a regular file of at most `cap` bytes.

    Raises UnreadableError, one line that names the file: missing, a directory, not permitted, too big, a
    pipe, device or socket (which are not even opened), a loop of symbolic links.
    """
    shown = _one_line(str(path))
    try:
        # Looked at before it is opened: opening a device can itself do something (rewind a tape, start a
        # watchdog).
        _refuse_irregular(path.stat().st_mode, shown)
        # Without waiting: should the file have become a pipe in between, open() does not block for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor has no Path
            _refuse_irregular(os.fstat(descriptor).st_mode, shown)
            data = file.read(cap + 1)
    except OSError as error:
        words = _WORDS.get(error.errno or 0) or (error.strerror or "cannot be read").lower()
        if error.errno == errno.ENOENT and path.is_symlink():
            words = f"a symbolic link to {_one_line(str(path.readlink()))}, which is not there"
        raise UnreadableError(f"{shown}: {words}") from None
    except ValueError:
        raise UnreadableError(f"{shown}: a name that no file can have") from None
    if len(data) > cap:
        raise UnreadableError(f"{shown}: bigger than {_size(cap)}, which is too big for such a file")
    return data


def _refuse_irregular(mode: int, shown: str) -> None:
    for matches, words in _KINDS:
        if matches(mode):
            raise UnreadableError(f"{shown}: {words}")


def _size(count: int) -> str:
    return f"{count // 2**20} MiB" if count >= 2**20 and count % 2**20 == 0 else f"{count:,} bytes"


def _one_line(path: str) -> str:
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in path)
