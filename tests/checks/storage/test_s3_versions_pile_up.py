"""Versions that nothing deletes are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.checks.storage.s3_versions_pile_up import s3_versions_pile_up
from regdoctor.evidence.s3_bucket import Untold
from tests.checks.storage.told_buckets import bucket, rule, silent

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def test_versions_without_an_end_are_a_finding(given: Given) -> None:
    rules = (rule(drops_versions=True, enabled=False), rule(drops_versions=True, prefix="logs/"))
    assert given.fail(s3_versions_pile_up, bucket=bucket(versioning=True, lifecycle=rules)).resource == "images"


def test_no_versions_or_an_end_pass_and_refusals_are_unknown(given: Given) -> None:
    assert given.passes(s3_versions_pile_up, bucket=bucket())
    assert given.passes(s3_versions_pile_up, bucket=bucket(versioning=True, lifecycle=(rule(drops_versions=True),)))
    given.unknown(s3_versions_pile_up, bucket=bucket(versioning=Untold("403")))
    given.unknown(s3_versions_pile_up, bucket=bucket(versioning=True, lifecycle=Untold("403")))
    given.unknown(s3_versions_pile_up, bucket=silent())
