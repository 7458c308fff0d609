"""A client that is run for one capture: its words, its environment, its end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from regdoctor.capture import tied
from regdoctor.exit_codes import UsageError

REGISTRY = "{registry}"
"""Stands in a client's words for the capture's address in reverse mode: host and port."""
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_BUNDLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Where Go and OpenSSL, Python's requests, and curl look for authorities."""
_OF_A_DAEMON = ("docker", "docker-compose", "nerdctl", "ctr", "crictl")
_PATIENCE = 2.0
"""Seconds that a client has to end by the Ctrl-C that the terminal sent it, too."""
_GRACE = 5.0
"""Seconds from SIGTERM to SIGKILL."""


def require_found(words: Sequence[str]) -> None:
    """Raise UsageError where the client is not installed."""
    if not words or shutil.which(words[0]) is None:
        raise UsageError(f"{words[0]}: no such program on PATH." if words else "there is no client behind --.")


def works_through_daemon(words: Sequence[str]) -> bool:
    """Whether the client only tells a daemon what to do, whose environment is another."""
    return Path(words[0]).name in _OF_A_DAEMON


def proxies_named(environment: Mapping[str, str]) -> list[str]:
    """The variables that name a proxy, which a capture does not use."""
    return sorted(name for name, value in environment.items() if value and name.upper() in _PROXIES[:-1])


def environment_for(base: Mapping[str, str], proxy: str = "", bundle: Path | None = None) -> dict[str, str]:
    """`base` without proxies of its own. proxy: the URL of the capture in regular mode; bundle: what to trust then."""
    kept = {name: value for name, value in base.items() if name.upper() not in _PROXIES}
    if proxy:
        # curl knows http_proxy in small letters alone, Go and Python take both.
        kept |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), proxy)
    if bundle is not None:
        kept |= {name: str(bundle) for name in _BUNDLES}
    return kept


def words_for(words: Sequence[str], address: str) -> list[str]:
    """The client's words with the capture's address in the place of {registry}."""
    return [word.replace(REGISTRY, address) for word in words]


class ClientRun:
    """A client that runs in our own process group, so that it can ask at the terminal; it ends with this process."""

    def __init__(
        self, words: Sequence[str], environment: Mapping[str, str], output: TextIO | None, ended: Callable[[], None]
    ) -> None:
        """Start it. What it says goes to `output`; ended: called by another thread when it has.

        Raises UsageError where it cannot be started.
        """
        command = [sys.executable, "-I", str(tied.__file__), str(os.getpid()), *words]
        try:
            self._process = subprocess.Popen(command, stdout=output, stderr=output, env=dict(environment))
        except OSError as error:
            raise UsageError(f"{words[0]} cannot be started: {error.strerror}.") from error
        self._ended = ended
        threading.Thread(target=self._wait, daemon=True).start()

    @property
    def exit_code(self) -> int | None:
        """What it ended with, negative for a signal; None while it runs."""
        return self._process.poll()

    def stop(self, number: int) -> None:
        """End it by the signal that we got: Ctrl-C came to it, too, where it came from a terminal."""
        if number == signal.SIGINT and self._over(_PATIENCE):
            return
        self._process.terminate()
        if not self._over(_GRACE):
            self._process.kill()
            self._process.wait()

    def _over(self, seconds: float) -> bool:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _wait(self) -> None:
        self._process.wait()
        self._ended()
