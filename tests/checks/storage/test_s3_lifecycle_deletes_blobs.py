"""Only rules in force for the registry's objects count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.checks.storage.s3_lifecycle_deletes_blobs import s3_lifecycle_deletes_blobs
from regdoctor.evidence.s3_bucket import Untold
from tests.checks.storage.told_buckets import bucket, rule, silent

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def test_each_harmful_rule_is_a_finding(given: Given) -> None:
    rules = (rule(expires="after 30 days"), rule(name="cold", archives="GLACIER"), rule(drops_versions=True))
    fails = given.fails(s3_lifecycle_deletes_blobs, bucket=bucket(lifecycle=rules))
    assert [fail.resource for fail in fails] == ["images:r", "images:cold"]


def test_rules_for_others_pass(given: Given) -> None:
    rules = (
        rule(expires="after 1 day", enabled=False),
        rule(expires="after 1 day", by_tag=True),
        rule(expires="after 1 day", prefix="logs/"),
        rule(expires="after 1 day", prefix="docker/registry/v2/repositories/a/_uploads/"),
    )
    assert given.passes(s3_lifecycle_deletes_blobs, bucket=bucket(lifecycle=rules))


def test_a_refusal_is_unknown(given: Given) -> None:
    assert given.unknown(s3_lifecycle_deletes_blobs, bucket=bucket(lifecycle=Untold("403"))) == "403"
    given.unknown(s3_lifecycle_deletes_blobs, bucket=silent())
