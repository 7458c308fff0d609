"""The way out: everything that a command says goes through here, redacted."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from regdoctor.exit_codes import UsageError
from regdoctor.redaction import redact


def write(text: str) -> None:
    """Data, to standard output."""
    sys.stdout.write(redact(text))
    sys.stdout.flush()


def note(text: str) -> None:
    """A line for people, to standard error."""
    sys.stderr.write(redact(text) + "\n")
    sys.stderr.flush()


def save(path: Path, text: str) -> None:
    """Data, to a file: written beside it and moved, so that nobody sees half of it.

    Raises UsageError where that fails.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_text(redact(text), encoding="utf-8")  # /dev/stdout, a pipe: there is nothing to move to
            return
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, prefix=f".{path.name}.", delete=False, encoding="utf-8"
        ) as file:
            aside = Path(file.name)
            try:
                file.write(redact(text))
                file.flush()
                aside.chmod(0o644 & ~_umask())
                aside.replace(path)
            except BaseException:
                aside.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error


def is_terminal() -> bool:
    """Whether a person reads standard output, with colours wanted (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def columns() -> int:
    """The width to write for: the terminal's, at most 100 where lines would get too long to read, 80 without one."""
    return min(shutil.get_terminal_size((80, 24)).columns, 100) if sys.stdout.isatty() else 80


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
