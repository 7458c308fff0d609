"""Tells traffic while it goes by, writes the cleaned recording, and says at the end what came of it."""

from __future__ import annotations

import contextlib
import logging
import os
from pathlib import Path
from typing import BinaryIO

from regdoctor.capture.flow_exchange import Flow, live_exchange, stored_exchange, upstream_origin
from regdoctor.capture.passing_bodies import Tap
from regdoctor.foreign_text import clean as one_line
from regdoctor.formats.raw_exchange import RawExchange
from regdoctor.traffic.cleaning import Marks, clean
from regdoctor.traffic.report import render_text
from regdoctor.traffic.telling import Telling, Told
from regdoctor.traffic.writing import flow_record

logger = logging.getLogger(__name__)

_begun: set[Path] = set()
"""Recordings that this process has begun: the addon's file may be loaded anew while traffic goes by, this one not."""
_MOST_NOTES = 50
"""Connections that failed before there was any exchange: kept for the end, one for each host."""


class LiveTelling:
    """One session of the proxy."""

    def __init__(self) -> None:
        """Nothing is recorded before `record_to`."""
        self.telling = Telling()
        self._marks = Marks()
        self._file: BinaryIO | None = None
        self._path = Path()
        self._notes: dict[str, str] = {}

    def record_to(self, path: Path | None) -> None:
        """Write what comes from now on to this file, readable by its owner alone; None: nowhere. Raises OSError.

        A file that was there is replaced, unless this process began it: then it is continued.
        """
        self.close()
        if path is None:
            return
        how = os.O_APPEND if path.absolute() in _begun else os.O_TRUNC
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | how | os.O_CLOEXEC, 0o600)
        self._file, self._path = os.fdopen(descriptor, "wb"), path
        if path.is_file():
            # One that was there already keeps its mode otherwise.
            os.fchmod(descriptor, 0o600)
            _begun.add(path.absolute())

    def take(
        self, flow: Flow, sent: Tap | None, came: Tap | None, *, expected: bool
    ) -> tuple[RawExchange, Told] | None:
        """Tell a flow that ended; None for one that is no exchange. expected: it had Expect: 100-continue."""
        live = bool(flow.live) or sent is not None or came is not None
        raw = live_exchange(flow, sent, came, expected_continue=expected) if live else stored_exchange(flow)
        if raw is None:
            return None
        if raw.capture_origin:
            story = self.telling.story
            story.capture_origin, story.upstream_origin = raw.capture_origin, upstream_origin(flow.client_conn)
        recorded = clean(raw, self._marks)
        told = self.telling.take(recorded)
        if self._file is not None:
            self._write(self._file, flow_record(recorded))
        return raw, told

    def note(self, about: str, sentence: str) -> bool:
        """Keep what made no exchange, once for each `about`; whether it was new."""
        if about in self._notes or len(self._notes) >= _MOST_NOTES:
            return False
        self._notes[about] = sentence
        return True

    def summary(self, width: int) -> str:
        """What is printed at the end."""
        notes = "".join(f"{sentence}\n" for sentence in self._notes.values())
        return notes + render_text(self.telling.end(), width)

    def close(self) -> None:
        """End the recording."""
        if self._file is not None:
            with contextlib.suppress(OSError):  # what could not be written was told when it was tried
                self._file.close()
            self._file = None

    def _write(self, file: BinaryIO, record: bytes) -> None:
        try:
            file.write(record)
            file.flush()
        except OSError as error:
            self.close()
            sentence = f"The recording ends here, since {self._path} cannot be written: {error.strerror}."
            self.note("recording", sentence)
            logger.error(sentence)  # noqa: TRY400 - a full disk is no error of the program


def distrust(host: str, words: str, authority: str) -> str:
    """What to say of a client that broke off TLS with the proxy. words: the proxy's own; authority: its CA's file."""
    name = one_line(host) or "a host that it did not name"
    if "trust" not in words.lower() and "unknown ca" not in words.lower() and "certificate" not in words.lower():
        return f"A client that asked for {name} ended TLS with the proxy, so nothing of it is seen: {one_line(words)}"
    return (
        f"A client that asked for {name} does not trust the proxy's CA, so nothing of it is seen: add {authority} to "
        "the trust store of the system that the client runs on (Debian, Ubuntu: /usr/local/share/ca-certificates/*.crt "
        "and update-ca-certificates; RHEL: /etc/pki/ca-trust/source/anchors and update-ca-trust), restart dockerd or "
        "containerd, and take it out again afterwards; skopeo and podman read it from SSL_CERT_FILE. More: "
        "`regdoctor explain capture_not_trusted`."
    )


def unreachable(address: str, words: str) -> str:
    """What to say of a server to which the proxy got no connection, before there was any request."""
    return f"The proxy got no connection to {one_line(address)}: {one_line(words)}"
