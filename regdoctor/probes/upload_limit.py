"""Finds the size above which a request's body does not get through to the registry, by uploads that grow."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace

from regdoctor.distribution.size_search import next_size
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.upload_limit import TimedBody, UploadLimit, is_cut, refuses_size
from regdoctor.evidence.upload_start import UploadStart
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http, StreamedBody
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.credentials import Credentials
from regdoctor.probes.ledger import Entry
from regdoctor.probes.trial_push import TRIAL_REPOSITORY
from regdoctor.probes.uploads import (
    DEADLINE,
    REQUESTS_OF_A_CANCELLATION,
    REQUESTS_OF_A_START,
    Uploads,
    no_ledger,
    uploads_of,
)
from regdoctor.target import Target

_MIB = 1 << 20
_SENT = (_MIB // 2, _MIB + 1, 2 * _MIB, 4 * _MIB, 8 * _MIB)
"""Bytes of the bodies that are sent. Every hop sees these; larger ones would fill lines and buckets at each run."""
_ANNOUNCED = (16 * _MIB, 32 * _MIB, 64 * _MIB, 128 * _MIB + 1)
"""Bytes of those that are only announced: the hop that clients connect to refuses by the length alone. The last is
beyond the limits of common delivery networks, such as the 100 MB of Cloudflare's free plan (PROXY-06)."""
_BUDGET = 20.0
"""Seconds for all bodies and announcements."""
_PATIENCE = 3.0
"""Seconds for the answer to an announcement; servers that know nothing of them wait for the body."""
_SEARCH = 32
"""Announcements, at most, between the largest that is let in and the smallest that is refused: enough for each byte."""
_OVER = f"the time of {_BUDGET:g} s was over"
_BLOCK = bytes(1 << 16)


@probe(
    reads="which sizes of a request's body are refused on the way to the registry (PATCH of an upload), and how long "
    "those that are not take",
    writes=f"starts one more upload there, sends {sum(_SENT) >> 20} MiB of zeros to it in {len(_SENT)} requests at "
    "most, and cancels it (DELETE) as upload_start does; larger bodies are announced only (Expect: 100-continue)",
    limit=_BUDGET + (REQUESTS_OF_A_START + 1 + REQUESTS_OF_A_CANCELLATION) * DEADLINE,
    network=True,
)
def upload_limit(
    target: Target,
    start: UploadStart,
    source: TokenSource,
    door: Http,
    installation: Installation | Absent,
    config: RegistryConfig | Absent,
) -> UploadLimit:
    """What was let through, and what was refused. Raises NotApplicableError without --allow-writes.

    start: waited for, because it cleans up what an earlier run left; two that do so would cancel each other's uploads.

    Raises CouldNotGatherError where no upload can be started or noted down.
    """
    if not target.allow_writes:
        raise NotApplicableError("sending a body writes to the registry: not tried without --allow-writes")
    try:
        uploads = uploads_of(target, source, door, installation, config)
        found = _found(uploads, start.asked, target.repository or TRIAL_REPOSITORY)
    except OSError as error:
        raise no_ledger(error) from error
    return replace(found, layer_size=target.layer_size)


def _found(uploads: Uploads, public: Endpoint, repository: str) -> UploadLimit:
    started = uploads.start(repository, public.url)
    if started.entry is None:
        raise CouldNotGatherError(
            f"an upload was started, but its Location names none: {started.location.partition('?')[0]}"
        )
    growth = _Growth(uploads, started.entry, uploads.credentials(repository, public.url), time.monotonic() + _BUDGET)
    removed = False
    try:
        result = _measured(growth, public)
    finally:
        removed = uploads.cancel(growth.entry)
        if growth.left_waiting:
            # Distribution 2 may have noticed that late, and have written the hash state after its removal.
            uploads.cancel(growth.entry)
    return replace(result, removed=removed)


def _measured(growth: _Growth, public: Endpoint) -> UploadLimit:
    found = _by_bodies(growth, UploadLimit(public, 0, 0))
    if found.unfinished:
        return found
    if found.refused is None:
        found = _by_announcements(growth, found)
    elif not refuses_size(growth.announce(found.refused)):
        return found  # refused further in, or once the body came: no length says it
    return _searched(growth, found) if found.refused is not None else found


def _by_bodies(growth: _Growth, found: UploadLimit) -> UploadLimit:
    """Send bodies until one is refused, or is not answered as it should be."""
    for size in _SENT:
        if growth.left <= 0:
            return replace(found, unfinished=_OVER)
        exchange = growth.send(size)
        if refuses_size(exchange) or (is_cut(exchange) and is_cut(growth.announce(size))):
            return replace(found, refused=size, refusal=exchange)
        if exchange.status != 202:
            return replace(found, unfinished=f"a body of {size:,} bytes: {exchange.quote().quote}")
        timed = (*found.timed, TimedBody(size, exchange.seconds))
        found = replace(found, taken=size, let_in=size, timed=timed)
    return found


def _by_announcements(growth: _Growth, found: UploadLimit) -> UploadLimit:
    for size in _ANNOUNCED:
        if growth.left <= 0:
            return replace(found, unfinished=_OVER)
        exchange = growth.announce(size)
        if refuses_size(exchange):
            return replace(found, refused=size, refusal=exchange)
        if not _lets_in(exchange):
            return replace(found, unfinished=f"the announcement of {size:,} bytes: {exchange.quote().quote}")
        found = replace(found, let_in=size)
    return found


def _searched(growth: _Growth, found: UploadLimit) -> UploadLimit:
    """Come nearer to the limit from both sides."""
    for _ in range(_SEARCH):
        size = next_size(found.let_in, found.refused or 0)
        exchange = growth.announce(size) if size is not None and growth.left > 0 else None
        if exchange is not None and refuses_size(exchange):
            found = replace(found, refused=size, refusal=exchange)
        elif exchange is not None and size is not None and _lets_in(exchange):
            found = replace(found, let_in=size)
        else:
            break
    return found


def _lets_in(exchange: Exchange) -> bool:
    """Whether a length was not refused: the body is asked for, or the registry answers."""
    return exchange.failure is None and exchange.status is not None and exchange.status < 500


@dataclass(slots=True)
class _Growth:
    """One upload, and the requests that it grows by."""

    uploads: Uploads
    entry: Entry
    credentials: Credentials
    end: float
    left_waiting: bool = False
    """Whether a registry was left with a body that was announced and did not come."""

    @property
    def left(self) -> float:
        """Seconds until the budget is spent."""
        return max(self.end - time.monotonic(), 0.0)

    def send(self, size: int) -> Exchange:
        """One body of zeros, sent as a whole; with a fresh token where the one at hand is no longer taken."""
        exchange = self._patch(size)
        if exchange.status == 401:
            with contextlib.suppress(CouldNotGatherError):
                self.credentials = self.uploads.credentials(self.entry.repository, self.entry.registry)
                exchange = self._patch(size)
        location = exchange.header("Location")
        if exchange.status == 202 and location:
            self.entry = self.uploads.moved(self.entry, location)
        return exchange

    def announce(self, size: int) -> Exchange:
        """A body that is announced, and not sent.

        First for an upload that is not there, which leaves no registry waiting. Where the registry itself says so, the
        proxies have handed the announcement on, and may still refuse the body (Apache does, once it is asked for): then
        for the upload itself.
        """
        before = self.entry.path.partition("?")[0].rpartition("/")[0]
        exchange = self._announce(f"{before}/{uuid.uuid4()}", size)
        if not 400 <= (exchange.status or 0) < 500 or refuses_size(exchange):
            return exchange
        self.left_waiting = True
        return self._announce(self.entry.path, size)

    def _announce(self, path: str, size: int) -> Exchange:
        url, deadline = f"{self.entry.registry}{path}", min(_PATIENCE, self.left + 0.1)
        return self.uploads.door.announce("PATCH", url, size, headers=_TYPE, deadline=deadline, **self.credentials)

    def _patch(self, size: int) -> Exchange:
        url, deadline = f"{self.entry.registry}{self.entry.path}", self.left + 0.1
        body = StreamedBody(lambda: _zeros(size), size)
        return self.uploads.door.send("PATCH", url, headers=_TYPE, body=body, deadline=deadline, **self.credentials)


_TYPE = (("Content-Type", "application/octet-stream"),)


def _zeros(size: int) -> Iterator[bytes]:
    for sent in range(0, size, len(_BLOCK)):
        yield _BLOCK[: size - sent]
