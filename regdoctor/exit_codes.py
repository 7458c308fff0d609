"""The exit codes, the same for every command and format."""

from __future__ import annotations

import enum


class ExitCode(enum.IntEnum):
    """What the process tells the one that started it."""

    HEALTHY = 0
    FINDINGS = 1
    """Findings at or above --fail-on."""
    USAGE = 2
    """Wrong usage, or an input that cannot be read."""
    NOT_EXAMINED = 3
    """Nothing could be examined; with --strict: something is unknown."""
    BUG = 70
    """A bug in regdoctor (EX_SOFTWARE of sysexits.h)."""
    INTERRUPTED = 130


class UsageError(Exception):
    """The words of the command line, or an input that they name, are unusable; the message is one line."""
