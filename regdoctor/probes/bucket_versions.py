"""What a bucket keeps of what is removed from it: whether it has versions and a lock, and which versions are there.

Deleting an object of a bucket with versions only puts a delete marker on it; deleting a version by its ID removes it,
unless object lock retains it (S3 User Guide, "Deleting object versions" and "Locking objects with Object Lock").
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.s3_bucket import Untold
from regdoctor.foreign_text import short
from regdoctor.formats.s3_documents import ObjectLock, read_lock, read_versioning
from regdoctor.formats.xml_tree import Element, NotXmlError, parse_xml
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.bucket import Bucket
from regdoctor.probes.bucket_settings import ask, told

_LONGEST = 1024
"""Characters of a version's ID (S3 User Guide, "How S3 Versioning works": 1,024 bytes)."""
_SUSPENDED = "null"
"""The ID of what was written while versioning was off, or is suspended."""


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """One version of an object, or one delete marker."""

    key: str
    version_id: str


@dataclass(frozen=True, slots=True)
class Keeping:
    """What a bucket tells before anything is written to it."""

    versions: bool | Untold
    lock: ObjectLock | Untold

    @property
    def is_removable(self) -> bool:
        """Whether the store's own word is that it locks nothing that is written; False where it does not tell.

        Object lock takes versioning, which cannot be suspended under it (S3 User Guide, Object Lock considerations).
        """
        return self.versions is False or (isinstance(self.lock, ObjectLock) and not self.lock.mode)

    def require_no_retention(self, bucket: str) -> None:
        """Raise CouldNotGatherError where each new object is retained by default."""
        if isinstance(self.lock, ObjectLock) and self.lock.enabled and self.lock.mode:
            how = f"{short(self.lock.mode)}, {self.lock.days} days"
            raise CouldNotGatherError(
                f"nothing was written: object lock of the bucket {short(bucket)!r} retains each new object ({how}), so "
                "that a trial could not be removed"
            )


def ask_keeping(bucket: Bucket) -> Keeping:
    """GetBucketVersioning and GetObjectLockConfiguration. Raises CouldNotGatherError without botocore."""
    lock = ask(bucket, "GetObjectLockConfiguration", "object-lock")
    return Keeping(
        told(ask(bucket, "GetBucketVersioning", "versioning"), read_versioning),
        told(lock, read_lock, "ObjectLockConfigurationNotFoundError", ObjectLock(False)),
    )


def made_version(key: str, exchange: Exchange) -> ObjectVersion | None:
    """The version that a call made of an object, by its answer's header; None where it names none.

    Of a bucket whose versioning is suspended it is called `null`: a delete leaves a marker there as well.
    """
    name = exchange.header("x-amz-version-id") or ""
    return ObjectVersion(key, name) if exchange.ok and _is_usable(name) else None


def made_markers(exchange: Exchange, keys: Collection[str]) -> tuple[ObjectVersion, ...]:
    """The delete markers that DeleteObjects made of some of these keys."""
    try:
        rows = list(parse_xml(exchange.body).all("Deleted"))
    except NotXmlError:
        return ()
    return _own(rows, "DeleteMarkerVersionId", keys)


def listed_versions(exchange: Exchange, keys: Collection[str]) -> tuple[ObjectVersion, ...] | None:
    """The versions and delete markers of these keys by ListObjectVersions; None where the answer is no such listing."""
    try:
        root = parse_xml(exchange.body)
    except NotXmlError:
        return None
    if exchange.status != 200 or exchange.truncated or root.name != "ListVersionsResult":
        return None
    return _own([*root.all("Version"), *root.all("DeleteMarker")], "VersionId", keys)


def is_versioned(version: ObjectVersion) -> bool:
    """Whether it is of a bucket that keeps versions now."""
    return version.version_id != _SUSPENDED


def _own(rows: list[Element], name: str, keys: Collection[str]) -> tuple[ObjectVersion, ...]:
    """Nothing but these very keys: what a store lists may be anybody's."""
    found = (ObjectVersion(row.said("Key"), row.said(name)) for row in rows)
    return tuple(one for one in found if one.key in keys and _is_usable(one.version_id))


def _is_usable(version_id: str) -> bool:
    return 0 < len(version_id) <= _LONGEST and version_id.isprintable()
