"""A bucket that is not there is told from one that is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.checks.storage.s3_bucket_missing import s3_bucket_missing
from tests.checks.storage.told_buckets import bucket, error, refusing, silent

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def test_no_such_bucket_is_a_finding(given: Given) -> None:
    fail = given.fail(s3_bucket_missing, bucket=refusing(404, error("NoSuchBucket")))
    assert "no bucket 'images'" in fail.message


def test_a_bucket_that_lists_passes_and_any_other_answer_is_unknown(given: Given) -> None:
    assert given.passes(s3_bucket_missing, bucket=bucket())
    assert "no answer" in given.unknown(s3_bucket_missing, bucket=silent())
    given.unknown(s3_bucket_missing, bucket=refusing(404))
    given.unknown(s3_bucket_missing, bucket=refusing(403, error("AccessDenied")))
