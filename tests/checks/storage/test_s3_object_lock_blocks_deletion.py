"""A default retention is told, a lock without one is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.checks.storage.s3_object_lock_blocks_deletion import s3_object_lock_blocks_deletion
from regdoctor.evidence.s3_bucket import Untold
from regdoctor.formats.s3_documents import ObjectLock
from tests.checks.storage.told_buckets import bucket, silent

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def test_a_default_retention_is_a_finding(given: Given) -> None:
    locked = bucket(lock=ObjectLock(True, "GOVERNANCE", 7), answers=bucket().answers)
    assert "7 days (mode GOVERNANCE)" in given.fail(s3_object_lock_blocks_deletion, bucket=locked).message


def test_a_lock_without_retention_passes_and_a_refusal_is_unknown(given: Given) -> None:
    assert given.passes(s3_object_lock_blocks_deletion, bucket=bucket())
    assert given.passes(s3_object_lock_blocks_deletion, bucket=bucket(lock=ObjectLock(True)))
    given.unknown(s3_object_lock_blocks_deletion, bucket=bucket(lock=Untold("403")))
    given.unknown(s3_object_lock_blocks_deletion, bucket=silent())
