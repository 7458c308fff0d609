"""A day is short for an upload; a week is what is advised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.checks.storage.s3_lifecycle_aborts_uploads import s3_lifecycle_aborts_uploads
from regdoctor.evidence.s3_bucket import Untold
from tests.checks.storage.told_buckets import bucket, rule, silent

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def test_the_shortest_rule_counts(given: Given) -> None:
    rules = (rule(aborts_after=7), rule(name="hasty", aborts_after=1))
    fail = given.fail(s3_lifecycle_aborts_uploads, bucket=bucket(lifecycle=rules))
    assert fail.resource == "images:hasty"


def test_a_week_or_no_rule_passes_and_a_refusal_is_unknown(given: Given) -> None:
    assert given.passes(s3_lifecycle_aborts_uploads, bucket=bucket())
    assert given.passes(s3_lifecycle_aborts_uploads, bucket=bucket(lifecycle=(rule(aborts_after=7),)))
    given.unknown(s3_lifecycle_aborts_uploads, bucket=bucket(lifecycle=Untold("403")))
    given.unknown(s3_lifecycle_aborts_uploads, bucket=silent())
