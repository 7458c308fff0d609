"""The requests of a push, in the order in which docker sends them: each must be answered as a registry does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from regdoctor.distribution.digests import Digest, digest_of
from regdoctor.distribution.media_types import ACCEPT_ALL
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.trial_push import Manner
from regdoctor.evidence.upload_start import UploadStart, port_of
from regdoctor.http import StreamedBody
from regdoctor.probes.ledger import Entry
from regdoctor.probes.repository_door import RepositoryDoor
from regdoctor.probes.trial_image import TrialImage
from regdoctor.probes.trial_notes import TrialNotes, path_of

_FIRST_BYTES = 512
_REDIRECTS = (301, 302, 303, 307, 308)
"""What Go's client goes on from with GET and HEAD: how a registry sends clients to its bucket."""


class StoppedError(Exception):
    """The push goes no further; the message is for people."""


@dataclass(slots=True)
class PushSteps:
    """One push, step by step; none of them removes anything."""

    endpoint: Endpoint
    manner: Manner
    public: bool
    """Whether a Location that leads away from the endpoint ends the push, as it does that of a client."""
    image: TrialImage
    asker: RepositoryDoor
    notes: TrialNotes
    seconds: float
    """For a request with a layer in it: the whole deadline, which ends it anyway."""
    location: str = ""
    """The first that was answered."""

    def run(self) -> None:
        """Push and read back. Raises StoppedError, CouldNotGatherError, or OSError of the ledger."""
        layer, config = self.image.layer, self.image.config
        self._push_blob("the layer", self.image.layer_digest, layer.size, layer.pieces)
        self._push_blob("the configuration", self.image.config_digest, len(config), lambda: iter((config,)))
        self._push_manifest()
        self._read_back()

    def _push_blob(self, what: str, digest: Digest, size: int, pieces: Callable[[], Iterator[bytes]]) -> None:
        found = self.asker.send("HEAD", self._url(f"blobs/{digest}"))
        _require(found, (404,), f"the question whether {what} is there already, which nobody has pushed yet")
        self.notes.note("blob", f"blobs/{digest}")
        asked = self.notes.note_start()
        started = self.asker.send("POST", self._url("blobs/uploads/"))
        try:
            _require(started, (202,), f"the start of the upload of {what}")
            target, upload = self._next(started)
        finally:
            if started.status is not None:
                self.notes.strike(asked)
        kind = ("Content-Type", "application/octet-stream")
        body, url = StreamedBody(pieces, size), target
        if self.manner is Manner.CHUNKED:
            sent = self._send_body("PATCH", target, StreamedBody(pieces, None), kind)
            _require(sent, (202,), f"the upload of {what}")
            url, upload = self._next(sent, upload)
            body = StreamedBody(lambda: iter(()), 0)
        joined = f"{url}{'&' if '?' in url else '?'}digest={quote(str(digest), safe='')}"
        ended = self._send_body("PUT", joined, body, kind)
        _require(ended, (201,), f"the end of the upload of {what}")
        if upload is not None:
            self.notes.strike(upload)
        self._check_stored(what, digest, size)

    def _send_body(self, method: str, url: str, body: StreamedBody, *headers: tuple[str, str]) -> Exchange:
        return self.asker.send(method, url, seconds=self.seconds, body=body, headers=headers)

    def _check_stored(self, what: str, digest: Digest, size: int) -> None:
        stored = self.asker.send("HEAD", self._url(f"blobs/{digest}"))
        _require(stored, (200, *_REDIRECTS), f"the question for {what} that was just pushed")
        length = stored.header("Content-Length")
        if stored.status == 200 and length is not None and length != str(size):
            raise StoppedError(f"{what} has {size} bytes, not {length}")

    def _push_manifest(self) -> None:
        image = self.image
        self.notes.note("manifest", f"manifests/{image.manifest_digest}")
        self.notes.note("tag", f"manifests/{image.tag}")
        put = self.asker.send(
            "PUT",
            self._url(f"manifests/{image.tag}"),
            headers=(("Content-Type", image.media_type),),
            body=image.manifest,
        )
        _require(put, (201,), "the manifest")

    def _read_back(self) -> None:
        got = self.asker.send("GET", self._url(f"manifests/{self.image.tag}"), headers=(("Accept", ACCEPT_ALL),))
        _require(got, (200,), "the question for the manifest that was just pushed")
        if digest_of(got.body) != self.image.manifest_digest:
            raise StoppedError(
                f"the manifest came back changed, with the digest {digest_of(got.body)} in place of "
                f"{self.image.manifest_digest}"
            )
        end = min(_FIRST_BYTES, self.image.layer.size) - 1
        # As Go asks for a part: not compressed.
        wanted = (("Range", f"bytes=0-{end}"), ("Accept-Encoding", "identity"))
        url = self._url(f"blobs/{self.image.layer_digest}")
        part = self.asker.send("GET", url, headers=wanted, cap=_FIRST_BYTES)
        _require(part, (200, 206, *_REDIRECTS), "the question for the first bytes of the layer")
        first = b"".join(_first(self.image.layer.pieces(), _FIRST_BYTES))[: end + 1]
        if part.status in (200, 206) and part.body[: end + 1] != first:
            raise StoppedError("the first bytes of the layer came back changed")

    def _next(self, exchange: Exchange, before: Entry | None = None) -> tuple[str, Entry | None]:
        """Where the upload goes on, at this endpoint, whatever Location says; and the entry that removes it.

        before: the upload's entry so far, which the new one replaces.

        Raises StoppedError where a client could not go on, or goes elsewhere; the upload is noted even so.
        """
        location = exchange.header("Location") or ""
        if not location:
            raise StoppedError("the answer does not say where the upload goes on")
        self.location = self.location or location
        path = path_of(exchange.url, location)
        if path is None:
            raise StoppedError("Location is no address that a client can go on with")
        entry = self.notes.note_upload(path, before)
        start = UploadStart(self.endpoint, exchange, location, False, None)
        if start.unusable:
            raise StoppedError("Location is no address that a client can go on with")
        leads = start.leads_to
        there = (leads.scheme, leads.hostname, port_of(leads))
        if self.public and there != (self.endpoint.scheme, self.endpoint.host, self.endpoint.port):
            raise StoppedError(
                f"Location leads away from {self.endpoint.url}, to {leads.scheme}://{leads.netloc.rpartition('@')[2]}; "
                "nothing was sent there"
            )
        return f"{self.endpoint.url}{path}", entry

    def _url(self, path: str) -> str:
        return f"{self.endpoint.url}/v2/{self.notes.repository}/{path}"


def _require(exchange: Exchange, statuses: tuple[int, ...], what: str) -> None:
    if exchange.status is not None and exchange.status not in statuses:
        location = (exchange.header("Location") or "").partition("?")[0]
        raise StoppedError(f"{what} got {exchange.status}{f', Location: {location}' if location else ''}")
    if exchange.failure is not None:
        raise StoppedError(f"{what} was not answered: {exchange.failure.message}")


def _first(pieces: Iterator[bytes], count: int) -> Iterator[bytes]:
    got = 0
    while got < count:
        piece = next(pieces, b"")
        if not piece:
            return
        got += len(piece)
        yield piece
