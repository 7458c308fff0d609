"""Removes what a trial wrote into the registry's bucket: of this run, or of one that was killed in the middle."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

from regdoctor.evidence.exchange import Exchange
from regdoctor.probes.bucket_versions import ObjectVersion, listed_versions
from regdoctor.probes.bucket_writes import BucketWrites, RunningUpload, running_uploads
from regdoctor.probes.ledger import Entry, Ledger
from regdoctor.probes.trial_prefix import IN_PARTS, NAMES, REPOSITORY, own_prefix

_LISTED = 20
"""Uploads of one trial that are aborted, at most: it starts two."""
_VERSIONS = 60
"""Versions and delete markers of one trial that are removed, at most: it makes ten."""


def upload_entry(bucket_url: str, upload: RunningUpload) -> Entry:
    """An upload in parts, whose parts no listing of objects shows."""
    return Entry("multipart", bucket_url, REPOSITORY, f"{upload.key}?{upload.upload_id}")


@dataclass(frozen=True, slots=True)
class Removal:
    """What became of a removal."""

    problem: str = ""
    """What stands in its way; empty where the object or upload is gone."""
    versions: str = ""
    """Why its versions or delete markers may still be there, where the bucket keeps any; empty where they are gone."""


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What it takes to remove trials from one bucket."""

    writes: BucketWrites
    ledger: Ledger
    versions: bool | None = None
    """Whether the bucket keeps versions; None where that is not known."""

    @property
    def address(self) -> str:
        """The bucket, as the ledger names it."""
        return self.writes.bucket.endpoint.bucket_url

    def clean_up(self, end: float) -> None:
        """Remove what runs that are over left in this bucket, until `end` by time.monotonic; the rest stays noted.

        Raises OSError where the ledger cannot be read.
        """
        root = self.writes.bucket.endpoint.root
        left = [entry for entry in self.ledger.left_behind(self.address) if own_prefix(entry, root)]
        # Uploads first: the entry of the objects is also that of uploads whose ID nobody was told.
        for entry in sorted(left, key=lambda entry: entry.kind == "object"):
            if time.monotonic() < end:
                self.remove(entry)

    def remove(self, entry: Entry, made: Iterable[ObjectVersion] = ()) -> Removal:
        """Remove what an entry stands for, and strike it out where it is gone.

        made: the versions that are known to be of it, for one who may not list them.
        """
        prefix = own_prefix(entry, self.writes.bucket.endpoint.root)
        if prefix is None:
            return Removal()
        if entry.kind == "multipart":
            key, _, name = entry.path.partition("?")
            removal = Removal(self._abort(RunningUpload(key, name)))
        else:
            # Both are tried, whatever becomes of the first.
            problem = self._abort_all(prefix)
            removal = self._delete_all(prefix, made)
            removal = replace(removal, problem=problem or removal.problem)
        if not removal.problem:
            self.forget([entry])
        return removal

    def forget(self, entries: Iterable[Entry]) -> None:
        """Strike out entries of which nothing came to be."""
        for entry in entries:
            with contextlib.suppress(OSError):  # it stays noted: the next run finds nothing there
                self.ledger.remove(entry)

    def _delete_all(self, prefix: str, made: Iterable[ObjectVersion]) -> Removal:
        keys = [f"{prefix}{name}" for name in NAMES]
        if self.versions is False:
            return Removal(self._delete(keys))
        # Version by version first: deleting the objects would only put a marker on each.
        said = self.writes.list_versions(prefix)
        if said.failure is not None:
            return Removal(_refusal(said))
        listed = listed_versions(said, keys)
        stay = self._delete_versions(made if listed is None else listed)
        if listed is None and not stay and not made:
            stay = _refusal(said)
        there = self.writes.bucket.list(prefix, limit=1)
        is_gone = there.listed and not there.keys
        return Removal("" if is_gone else self._delete(keys), stay)

    def _delete_versions(self, versions: Iterable[ObjectVersion]) -> str:
        """Remove versions for good, up to the first refusal, which is told; empty where all are gone."""
        for version in list(versions)[:_VERSIONS]:
            said = self.writes.delete_version(version)
            if not said.ok and said.status != 404:
                return _refusal(said)
        return ""

    def _delete(self, keys: list[str]) -> str:
        """Delete the objects; where the bucket keeps versions, this leaves a marker of each."""
        said = self.writes.delete_all(keys)
        if said.failure is not None:
            return _refusal(said)
        # Some stores take no DeleteObjects; and what it did is not believed: a DELETE of what is gone is 204.
        if all_deleted(said, keys):
            return ""
        refusals = [_refusal(one) for one in map(self.writes.bucket.delete, keys) if not one.ok and one.status != 404]
        return refusals[0] if refusals else ""

    def _abort_all(self, prefix: str) -> str:
        """Abort the uploads that the bucket lists below a prefix; nothing where it may not be listed."""
        problems = []
        for key in (f"{prefix}{name}" for name in IN_PARTS):
            # By the whole key: MinIO lists uploads for no shorter prefix (minio/minio, docs of the S3 API's limits).
            said = self.writes.list_uploads(key)
            if said.failure is not None:
                return _refusal(said)
            own = [one for one in running_uploads(said) if one.key == key]
            problems += [self._abort(one) for one in own[:_LISTED]]
        return next(filter(None, problems), "")

    def _abort(self, upload: RunningUpload) -> str:
        said = self.writes.abort(upload)
        return "" if said.ok or b"<Code>NoSuchUpload</Code>" in said.body else _refusal(said)


def all_deleted(exchange: Exchange, keys: list[str]) -> bool:
    """Whether DeleteObjects tells of each of these keys that it is deleted."""
    text = exchange.text()
    return exchange.ok and "<Error>" not in text and all(f"<Key>{key}</Key>" in text for key in keys)


def _refusal(exchange: Exchange) -> str:
    code = re.search(rb"<Code>([A-Za-z0-9.]{1,80})</Code>", exchange.body)
    return exchange.quote().quote + (f" {code.group(1).decode()}" if code else "")
