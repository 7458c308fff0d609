"""Removes what a trial wrote into the registry's bucket: of this run, or of one that was killed in the middle."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass

from regdoctor.evidence.exchange import Exchange
from regdoctor.probes.bucket_writes import BucketWrites, RunningUpload, running_uploads
from regdoctor.probes.ledger import Entry, Ledger

REPOSITORY = "regdoctor-trial"
NAMES = ("startedat", "data", "copy", "second")
"""The objects of a trial, below its prefix. The first is what the registry itself looks for in uploads that are old."""
IN_PARTS = ("data", "second")
"""Those of them that are uploaded in parts; the second never becomes an object."""
_FOLDER = re.compile(
    rf"docker/registry/v2/repositories/{REPOSITORY}/_uploads/[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}/"
)
_LISTED = 20
"""Uploads of one trial that are aborted, at most: it starts two."""


def object_entry(bucket_url: str, prefix: str) -> Entry:
    """All objects of a trial, and the uploads whose answer never came: what the ledger is told before the first."""
    return Entry("object", bucket_url, REPOSITORY, prefix)


def upload_entry(bucket_url: str, upload: RunningUpload) -> Entry:
    """An upload in parts, whose parts no listing of objects shows."""
    return Entry("multipart", bucket_url, REPOSITORY, f"{upload.key}?{upload.upload_id}")


def own_prefix(entry: Entry, registry_root: str) -> str | None:
    """The prefix of the trial that an entry is of; None where it is no trial's below this root.

    The ledger's file may be anyone's work, and nothing else may be hurt.
    """
    folder = entry.path[: entry.path.rfind("/", 0, (entry.path + "?").index("?")) + 1]
    if not folder.startswith(registry_root) or not _FOLDER.fullmatch(folder.removeprefix(registry_root)):
        return None
    key, _, upload = entry.path.removeprefix(folder).partition("?")
    if entry.kind == "object":
        return folder if not key and not upload else None
    if entry.kind == "multipart":
        return folder if key in IN_PARTS and upload and upload.isprintable() else None
    return None


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What it takes to remove trials from one bucket."""

    writes: BucketWrites
    ledger: Ledger

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

    def remove(self, entry: Entry) -> str:
        """Remove what an entry stands for, and strike it out; empty where it is gone, else what stands in the way."""
        prefix = own_prefix(entry, self.writes.bucket.endpoint.root)
        if prefix is None:
            return ""
        if entry.kind == "multipart":
            key, _, name = entry.path.partition("?")
            problem = self._abort(RunningUpload(key, name))
        else:
            # As a list: all is tried, whatever becomes of the first.
            problem = next(filter(None, [self._abort_all(prefix), self._delete_all(prefix)]), "")
        if not problem:
            self.forget([entry])
        return problem

    def forget(self, entries: Iterable[Entry]) -> None:
        """Strike out entries of which nothing came to be."""
        for entry in entries:
            with contextlib.suppress(OSError):  # it stays noted: the next run finds nothing there
                self.ledger.remove(entry)

    def _delete_all(self, prefix: str) -> str:
        keys = [f"{prefix}{name}" for name in NAMES]
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
