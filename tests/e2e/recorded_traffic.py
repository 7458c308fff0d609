"""What a real mitmdump with the addon recorded of a client's requests, told as `capture analyze` tells it."""

from __future__ import annotations

import http.client
from collections.abc import Iterable, Mapping
from pathlib import Path

from regdoctor.evidence.recorded import Recorded
from regdoctor.lab.client import Answer
from regdoctor.lab.processes import wait_until
from regdoctor.traffic.diagnosis import Diagnosis
from regdoctor.traffic.reading import read_recordings
from regdoctor.traffic.telling import Telling
from tests.e2e.recording_proxy import RecordingProxy

AGENT = {"User-Agent": "docker/29.0.0 go/go1.25", "Accept": "*/*"}


class RecordedTraffic:
    """A client of a recorder, and what is told of what it asked.

    In regular mode it asks any address; in reverse mode those at the recorder's own.
    """

    def __init__(self, proxy: RecordingProxy) -> None:
        """The proxy runs; what went through it before is not told."""
        self.proxy = proxy
        self._before = len(recorded_in(proxy.recording))
        self._asked = 0

    def ask(
        self, method: str, url: str, body: bytes | Iterable[bytes] = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request through the proxy; no redirect is followed. A body in pieces goes in chunks."""
        sent = {**AGENT, **(headers or {})}
        if isinstance(body, bytes):
            sent.setdefault("Content-Length", str(len(body)))
        connection = http.client.HTTPConnection("127.0.0.1", self.proxy.port, timeout=30)
        target = url.removeprefix(f"http://{self.proxy.address}")
        try:
            connection.request(method, target, body, sent, encode_chunked=not isinstance(body, bytes))
            response = connection.getresponse()
            fields = {name.lower(): value for name, value in response.getheaders()}
            answer = Answer(response.status, fields, response.read())
        finally:
            connection.close()
        self._asked += 1
        return answer

    def follow(self, method: str, url: str) -> Answer:
        """One request to a registry that sends on to its bucket, and the one that it leads to."""
        led = self.ask(method, url)
        assert led.status == 307, led
        return self.ask(method, led.headers["location"])

    def recorded(self, at_least: int = 0) -> list[Recorded]:
        """What was recorded since the last start, when all that `ask` asked is there, and this many others."""
        wanted = self._before + self._asked + at_least
        wait_until(lambda: len(recorded_in(self.proxy.recording)) >= wanted, "all exchanges in the recording")
        return recorded_in(self.proxy.recording)[self._before :]

    def told(self, at_least: int = 0) -> Diagnosis:
        """The diagnosis of all that was asked since the last start; no sign broke."""
        telling = Telling()
        for one in self.recorded(at_least):
            telling.take(one)
        diagnosis = telling.end()
        assert not diagnosis.bugs
        return diagnosis

    def names(self, at_least: int = 0) -> list[str]:
        """The checks that the recording shows, each once for each thing at fault, in the order in which they came."""
        return [one.check for one in self.told(at_least).sightings]

    def start(self) -> None:
        """What was asked up to now is not told any more."""
        self._before, self._asked = self._before + len(self.recorded()), 0


def recorded_in(recording: Path) -> list[Recorded]:
    """The exchanges of a recording that may still be written to."""
    if not recording.exists() or not recording.stat().st_size:
        return []
    return [one for one in read_recordings([recording]) if isinstance(one, Recorded)]
