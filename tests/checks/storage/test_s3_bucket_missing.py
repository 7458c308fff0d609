"""A bucket that is not there is told from one that is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.checks.storage.s3_bucket_missing import s3_bucket_missing
from tests.checks.seen_in_traffic import GCS_LINK, S3_LINK, refusal, seen, sent_on
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
    given.unknown(s3_bucket_missing, bucket=refusing(403, refusal("AccessDenied")))


def test_it_is_told_in_traffic_of_a_store_of_this_kind_alone() -> None:
    [fail] = seen(s3_bucket_missing, *sent_on(S3_LINK, 404, body=refusal("NoSuchBucket"), method="GET"))
    assert "'images'" in fail.message
    assert not seen(s3_bucket_missing, *sent_on(S3_LINK, 404, method="HEAD"))
    assert not seen(s3_bucket_missing, *sent_on(GCS_LINK, 404, body=refusal("NoSuchBucket"), method="GET"))
