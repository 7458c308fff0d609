"""Tries, with the registry's own credentials, the calls that change its bucket, below a prefix of its own."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime

from regdoctor.distribution.s3_operations import Area, Operation
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.s3_access import S3Call
from regdoctor.evidence.s3_identity import S3Identity
from regdoctor.evidence.s3_writes import S3Writes
from regdoctor.foreign_text import short
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_documents import error_code
from regdoctor.formats.s3_parameters import s3_parameters
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.bucket import Bucket, registry_bucket, require_live
from regdoctor.probes.bucket_writes import BucketWrites, RunningUpload, object_headers, part_etag, upload_id
from regdoctor.probes.ledger import Entry, Ledger
from regdoctor.probes.s3_leftovers import NAMES, REPOSITORY, Leftovers, object_entry, upload_entry
from regdoctor.probes.uploads import no_ledger
from regdoctor.target import Target

_DEADLINE = 3.0
"""Seconds for each request."""
_CLEANING = 9.0
"""Seconds for what earlier runs left, and the same for what this one did."""
_TRYING = 21.0
"""Seconds for all calls."""
_CONTENT = b"written by regdoctor to see whether the registry may write here\n"
_STARTED, _DATA, _COPY, _SECOND = NAMES


@probe(
    reads="with the registry's S3 credentials: whether the bucket is there, and what of these calls it refuses",
    writes="with the registry's S3 credentials, each once, below "
    f"docker/registry/v2/repositories/{REPOSITORY}/_uploads/UUID/ in its bucket: PutObject, HeadObject, GetObject, "
    "CreateMultipartUpload, UploadPart, ListMultipartUploads, ListParts, CompleteMultipartUpload, CopyObject; of a "
    "second upload CreateMultipartUpload, UploadPartCopy and AbortMultipartUpload; DeleteObjects of all four objects, "
    "and where that is refused DeleteObject of each; removes likewise what a run left that was killed; keeps a list of "
    "what is to be removed in XDG_STATE_HOME/regdoctor",
    limit=2 * _CLEANING + _TRYING + 7 * _DEADLINE,
    network=True,
)
def s3_writes(
    target: Target, installation: Installation, config: RegistryConfig, identity: S3Identity | Absent, door: Http
) -> S3Writes:
    """What the store answered. Raises NotApplicableError without --allow-writes, and what `registry_bucket` raises.

    Raises CouldNotGatherError where there is no bucket, where nothing could be noted down that a killed run leaves
    behind, or where what answers does not give back what was put into it.
    """
    if not target.allow_writes:
        raise NotApplicableError("trying to write into the bucket writes: not tried without --allow-writes")
    require_live(installation)
    bucket, parameters = registry_bucket(config, door, _DEADLINE, identity), s3_parameters(config)
    if parameters is None:
        raise NotApplicableError("the registry does not store in S3")
    _require_bucket(bucket)
    writes = BucketWrites(bucket, object_headers(parameters))
    try:
        ledger = Ledger()
        ledger.prepare()
        return try_writes(writes, ledger)
    except OSError as error:
        raise no_ledger(error) from error


def _require_bucket(bucket: Bucket) -> None:
    """Raise CouldNotGatherError where there is none: SeaweedFS makes one with the first object, which would stay."""
    listing = bucket.list(bucket.endpoint.registry_prefix, limit=1)
    if error_code(listing.exchange.body) == "NoSuchBucket":
        raise CouldNotGatherError(f"there is no bucket {short(bucket.endpoint.bucket)!r} to write into")


def try_writes(writes: BucketWrites, ledger: Ledger) -> S3Writes:
    """Clean up after earlier runs, try each call, and remove it all. Raises as the probe does, and OSError."""
    leftovers = Leftovers(writes, ledger)
    leftovers.clean_up(time.monotonic() + _CLEANING)
    endpoint = writes.bucket.endpoint
    prefix = f"{endpoint.registry_prefix}repositories/{REPOSITORY}/_uploads/{uuid.uuid4()}/"
    trial = Trial(writes, ledger, prefix, time.monotonic() + _TRYING)
    trial.note(object_entry(leftovers.address, prefix))
    try:
        trial.run()
    finally:
        problems = trial.remove(leftovers)
    if trial.impostor:
        raise CouldNotGatherError(f"what answers as the object store at {endpoint.url} does not keep what is put there")
    versions = "the bucket keeps versions: those of what was removed stay in it as noncurrent ones"
    said = problems or ([versions] if trial.versioned else [])
    key = writes.bucket.named_by
    return S3Writes(endpoint, tuple(trial.calls), not problems, "; ".join(said), key)


@dataclass(slots=True)
class Trial:
    """One trial: its calls in the order in which a push makes them, each as far as what it needs is there."""

    writes: BucketWrites
    ledger: Ledger
    prefix: str
    end: float
    """By time.monotonic: no call is begun after it."""
    calls: list[S3Call] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    versioned: bool = False
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
            self._call(Operation.DELETE, "", self.writes.delete_all(map(self._key, NAMES)))

    def remove(self, leftovers: Leftovers) -> list[str]:
        """Remove what is noted; a line for each thing that stays, and why."""
        if not self._may_have_made:
            leftovers.forget(self.entries)
            return []
        problems = []
        # Uploads go first: the objects' entry is also that of uploads whose ID did not come.
        for entry in reversed(self.entries):
            problem = leftovers.remove(entry)
            if problem:
                what = "an upload in parts" if entry.kind == "multipart" else f"objects below {self.prefix}"
                problems.append(f"{what} may be left, the next run tries again: {problem}")
        return problems

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
        self.versioned = exchange.header("x-amz-version-id") not in (None, "null")
        if not self._goes_on:
            return None
        if exchange.ok:
            bucket = self.writes.bucket
            self._call(Operation.HEAD, _STARTED, bucket.head(self._key(_STARTED)))
            read = self._call(Operation.GET, _STARTED, bucket.get(self._key(_STARTED), 1 << 12)).exchange
            self.impostor = read.ok and read.body != content
        return None if self.impostor or not self._goes_on else call

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
        return call

    def _key(self, name: str) -> str:
        return f"{self.prefix}{name}"
