"""The way out: everything that a command says goes through here, redacted."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TextIO

from regdoctor.exit_codes import UsageError
from regdoctor.redaction import redact

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def write(text: str) -> None:
    """Data, to standard output. Raises UsageError where that cannot be written to."""
    write_report(redact(text))


def write_report(text: str) -> None:
    """A report, to standard output: as it stands, for it was redacted when it was built.

    Redacting the finished text once more would take JSON apart: a password may be a word that is one of its keys.
    Raises UsageError where standard output cannot be written to.
    """
    try:
        _emit(sys.stdout, text)
    except OSError as error:
        discard(sys.stdout)
        raise UsageError(f"cannot write to standard output: {error.strerror}") from error


def note(text: str) -> None:
    """A line for people, to standard error; where nobody can read it, nothing is lost."""
    try:
        _emit(sys.stderr, redact(text) + "\n")
    except OSError:
        discard(sys.stderr)


def discard(stream: TextIO) -> None:
    """Send what is still to come on `stream` nowhere: at its end Python itself would complain that it cannot."""
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _emit(stream: TextIO | None, text: str) -> None:
    """Write all of `text`; a reader that has gone away (`| head`) has what it wanted, and the exit code stays."""
    if stream is None:  # closed by the one who started us: `>&-`
        return
    try:
        stream.write(_encodable(text, stream.encoding))
        stream.flush()
    except BrokenPipeError:
        discard(stream)


def _encodable(text: str, encoding: str) -> str:
    """`text`, with all beyond ASCII as JSON escapes where the encoding lacks any of it.

    Those are legible to people, and JSON stays the JSON that it was.
    """
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return _BEYOND_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text)
    return text


def save(path: Path, text: str) -> None:
    """A report, to a file: written beside it and moved, so that nobody sees half of it. As it stands: see above.

    Raises UsageError where that fails.
    """
    data = _encodable(text, "utf-8").encode()
    try:
        if (path.exists() and not path.is_file()) or _is_descriptor(path):
            _pour(path, data)
        else:
            _replace(path.resolve(), data)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error


def _is_descriptor(path: Path) -> bool:
    """Whether this is a file that is open already, by another name: replacing it would lose what is in it."""
    return path == Path("/dev/stderr") or any(path.is_relative_to(at) for at in ("/dev/fd", "/proc/self/fd"))


def _pour(path: Path, data: bytes) -> None:
    """Into a pipe or a device: there is nothing to move to. Raises OSError for a pipe that nobody reads."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor has no Path
        os.set_blocking(descriptor, True)
        file.write(data)


def _replace(path: Path, data: bytes) -> None:
    """The file, with the permissions that it had."""
    mode = path.stat().st_mode & 0o7777 if path.exists() else 0o644 & ~_umask()
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}."[:100], delete=False) as file:
        aside = Path(file.name)
        try:
            file.write(data)
            file.flush()
            aside.chmod(mode)
            aside.replace(path)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise


def is_terminal() -> bool:
    """Whether a person reads standard output, with colours wanted (no-color.org)."""
    return _isatty() and not os.environ.get("NO_COLOR")


def columns() -> int:
    """The width to write for: the terminal's, at most 100 where lines would get too long to read, 80 without one."""
    return min(shutil.get_terminal_size((80, 24)).columns, 100) if _isatty() else 80


def _isatty() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
