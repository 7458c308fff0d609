"""One trial of writing into the registry's bucket, below a prefix of its own, and the removal of what it made."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from regdoctor.distribution.s3_operations import Area, Operation
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.s3_access import S3Call
from regdoctor.evidence.s3_bucket import Untold
from regdoctor.formats.s3_documents import error_code
from regdoctor.probes.bucket_versions import Keeping, ObjectVersion, is_versioned, made_markers, made_version
from regdoctor.probes.bucket_writes import BucketWrites, RunningUpload, part_etag, upload_id
from regdoctor.probes.ledger import Entry, Ledger
from regdoctor.probes.s3_leftovers import Leftovers, upload_entry
from regdoctor.probes.trial_prefix import NAMES

_CONTENT = b"written by regdoctor to see whether the registry may write here\n"
_STARTED, _DATA, _COPY, _SECOND = NAMES
_MAKING = (Operation.PUT, Operation.COPY, Operation.COMPLETE)
"""The calls that make an object, and whose answers name its version."""


@dataclass(slots=True)
class Trial:
    """One trial: its calls in the order in which a push makes them, each as far as what it needs is there."""

    writes: BucketWrites
    ledger: Ledger
    prefix: str
    end: float
    """By time.monotonic: no call is begun after it."""
    keeping: Keeping
    calls: list[S3Call] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    made: list[ObjectVersion] = field(default_factory=list)
    """The versions and delete markers that the store said it made."""
    kept: list[str] = field(default_factory=list)
    """Of versions that stay, and why."""
    stopped: str = ""
    """Why no more than one object was written; empty where all was."""
    impostor: bool = False
    """Whether something answers 200, and gives back other bytes than were put there."""

    def note(self, entry: Entry) -> None:
        """Into the ledger, before it can be forgotten. Raises OSError."""
        self.ledger.add(entry)
        self.entries.append(entry)

    def run(self) -> None:
        """Everything but the removal."""
        if self._put() is None:
            return
        self._upload_in_parts()
        source = next((name for name in (_DATA, _STARTED) if self._holds(name)), None)
        if source is not None and self._goes_on:
            self._call(Operation.COPY, _COPY, self.writes.copy(self._key(_COPY), self._key(source)))
        self._abort_an_upload(source)
        if self._goes_on:
            keys = [self._key(name) for name in NAMES]
            deleted = self._call(Operation.DELETE, "", self.writes.delete_all(keys))
            self.made += made_markers(deleted.exchange, keys)

    def remove(self, leftovers: Leftovers) -> list[str]:
        """Remove what is noted; a line for each thing that stays, and why."""
        if not self._may_have_made:
            leftovers.forget(self.entries)
            return []
        problems = []
        leftovers = replace(leftovers, versions=self._keeps_versions(leftovers.versions))
        # Uploads go first: the objects' entry is also that of uploads whose ID did not come.
        for entry in reversed(self.entries):
            removal = leftovers.remove(entry, self.made)
            if removal.problem:
                what = "an upload in parts" if entry.kind == "multipart" else f"objects below {self.prefix}"
                problems.append(f"{what} may be left, the next run tries again: {removal.problem}")
            elif removal.versions and (leftovers.versions or self.made):
                self.kept.append(
                    "the bucket keeps versions: those of what was removed, and their delete markers, stay in it as "
                    f"noncurrent ones below {self.prefix}: {removal.versions}"
                )
        return problems

    def _keeps_versions(self, told: bool | None) -> bool | None:
        """Whether the bucket keeps versions, now that objects were written: answers name them then."""
        if told or self.made:
            return True
        answered = any(call.action == Operation.PUT and call.exchange.ok for call in self.calls)
        return False if answered else told

    @property
    def _may_have_made(self) -> bool:
        """Whether something may be there: all but a refusal of every call that makes something."""
        making = (Operation.PUT, Operation.START_UPLOAD)
        refused = [400 <= (call.exchange.status or 0) < 500 for call in self.calls if call.action in making]
        return not refused or not all(refused)

    @property
    def _goes_on(self) -> bool:
        """Whether there is time, and the store answers at all."""
        return time.monotonic() < self.end and not any(call.exchange.failure for call in self.calls)

    def _put(self) -> S3Call | None:
        # A time, as the registry writes it: should all removal fail, its own uploadpurging takes it in a week.
        content = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
        exchange = self.writes.put(self._key(_STARTED), content)
        call = self._call(Operation.PUT, _STARTED, exchange)
        if not self._goes_on:
            return None
        if exchange.ok and not self._is_given_back(content):
            self.impostor = True
            return None
        return call if self._is_removable(content) else None

    def _is_given_back(self, content: bytes) -> bool:
        """Whether the store answers with what was put there; also where it refuses to."""
        bucket = self.writes.bucket
        self._call(Operation.HEAD, _STARTED, bucket.head(self._key(_STARTED)))
        read = self._call(Operation.GET, _STARTED, bucket.get(self._key(_STARTED), 1 << 12)).exchange
        return not read.ok or read.body == content

    def _is_removable(self, content: bytes) -> bool:
        """Whether there may be more objects: there is time, and the first one may be removed for good, where the bucket
        does not tell that itself.

        The S3 API has no way to learn of a lock for one who may not ask for it: it is tried on that object, which is
        put there a second time then.
        """
        if self.keeping.is_removable or not any(map(is_versioned, self.made)) or not self._goes_on:
            return self._goes_on
        removed = self.writes.delete_version(self.made[0])
        if not removed.ok:
            reason = self.keeping.lock.reason if isinstance(self.keeping.lock, Untold) else ""
            self.stopped = (
                "only one object was written: its version could not be removed, and whether object lock retains more "
                f"is not told ({reason}): grant s3:GetBucketObjectLockConfiguration to let all be tried"
            )
            return False
        self.made.clear()
        again = made_version(self._key(_STARTED), self.writes.put(self._key(_STARTED), content))
        self.made += [again] if again is not None else []
        return self._goes_on

    def _upload_in_parts(self) -> None:
        upload = self._start(_DATA, seen=True)
        if upload is None or not self._goes_on:
            return
        part = self._call(Operation.PUT_PART, _DATA, self.writes.put_part(upload, _CONTENT)).exchange
        self._call(Operation.LIST_UPLOADS, _DATA, self.writes.list_uploads(upload.key))
        self._call(Operation.LIST_PARTS, _DATA, self.writes.list_parts(upload))
        etag = part_etag(part) if part.ok else ""
        if etag and self._goes_on:
            self._ended(upload, self._call(Operation.COMPLETE, _DATA, self.writes.complete(upload, etag)))

    def _abort_an_upload(self, source: str | None) -> None:
        started = any(call.action == Operation.START_UPLOAD and call.exchange.ok for call in self.calls)
        upload = self._start(_SECOND, seen=False) if started and self._goes_on else None
        if upload is None:
            return
        if source is not None:
            size = len(_CONTENT) if source == _DATA else 20
            self._call(Operation.COPY_PART, _SECOND, self.writes.copy_part(upload, self._key(source), size))
        if self._goes_on:
            self._ended(upload, self._call(Operation.ABORT, _SECOND, self.writes.abort(upload)))

    def _start(self, name: str, *, seen: bool) -> RunningUpload | None:
        """An upload in parts that is noted; None where none was started. `seen`: whether it is one of the calls."""
        exchange = self.writes.start_upload(self._key(name))
        if seen:
            self._call(Operation.START_UPLOAD, name, exchange)
        upload = RunningUpload(self._key(name), upload_id(exchange))
        if not upload.upload_id:
            return None
        self.note(upload_entry(self.writes.bucket.endpoint.bucket_url, upload))
        return upload

    def _ended(self, upload: RunningUpload, call: S3Call) -> None:
        """Strike an upload out that the store has completed or aborted. Raises OSError."""
        if call.done:
            entry = upload_entry(self.writes.bucket.endpoint.bucket_url, upload)
            self.ledger.remove(entry)
            self.entries.remove(entry)

    def _holds(self, name: str) -> bool:
        making = {Operation.PUT, Operation.COMPLETE}
        own = [call for call in self.calls if call.key == self._key(name) and call.action in making]
        return any(call.done for call in own)

    def _call(self, operation: Operation, name: str, exchange: Exchange) -> S3Call:
        call = S3Call(operation, Area.UPLOADS, self._key(name), exchange, error_code(exchange.body))
        self.calls.append(call)
        made = made_version(call.key, exchange) if operation in _MAKING else None
        self.made += [made] if made is not None else []
        return call

    def _key(self, name: str) -> str:
        return f"{self.prefix}{name}"
