"""Files of users as htpasswd(1) writes them. The hashes are not kept: only whose they are, and of which kind."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SCHEMES = (
    (re.compile(r"\$2[a-z]?\$\d\d\$[./A-Za-z0-9]{53}"), "bcrypt"),
    (re.compile(r"\$2[a-z]?\$.*"), "a bcrypt hash that is cut short"),
    (re.compile(r"\$apr1\$.*"), "MD5 (apr1)"),
    (re.compile(r"\$1\$.*"), "MD5"),
    (re.compile(r"\{SHA\}.*"), "SHA-1"),
    (re.compile(r"\$5\$.*"), "SHA-256"),
    (re.compile(r"\$6\$.*"), "SHA-512"),
    (re.compile(r"\$y\$.*"), "yescrypt"),
    (re.compile(r"\$argon2.*"), "argon2"),
    (re.compile(r""), "nothing"),
)
"""The first that fits a whole hash: crypt(5), and Apache's own for apr1 and SHA-1."""
_LONGEST_NAME = 64
"""Characters of a user's name that are kept."""


@dataclass(frozen=True, slots=True)
class HtpasswdEntry:
    """One line of the file."""

    line: int
    """Counted from 1."""
    user: str
    """Empty where the line has no colon."""
    scheme: str
    """How the password is hashed, for people; empty where the line has no colon."""

    @property
    def is_bcrypt(self) -> bool:
        """Whether the registry can compare a password with it: registry/auth/htpasswd takes bcrypt alone."""
        return self.scheme == "bcrypt"

    @property
    def is_broken(self) -> bool:
        """Whether the line is no entry, at which the registry stops reading (parseHTPasswd)."""
        return not self.scheme


def parse_htpasswd(data: bytes) -> tuple[HtpasswdEntry, ...]:
    """The entries in the order of the file; empty lines and comments are passed over, as the registry does."""
    entries: list[HtpasswdEntry] = []
    # Split as Go's bufio.ScanLines: a line ends at a line feed and nothing else.
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        user, colon, hashed = text.partition(":")
        scheme = _scheme(hashed) if colon else ""
        entries.append(HtpasswdEntry(number, _shown(user) if colon else "", scheme))
    return tuple(entries)


def _scheme(hashed: str) -> str:
    return next((name for shape, name in _SCHEMES if shape.fullmatch(hashed)), "crypt or plain text")


def _shown(user: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in user)[:_LONGEST_NAME]
