"""Stores that lack a call of uploads in parts, or take parts another way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.check import Dialect
from regdoctor.checks.storage.s3_part_incompatible import s3_part_incompatible
from regdoctor.distribution.s3_operations import Operation
from tests.checks.storage.s3_trials import DENIED, GATEWAY, Answer, trial

if TYPE_CHECKING:
    from tests.checks.conftest import Given

MISSING: Answer = (501, "NotImplemented", "A header or a query that is not implemented")
PARTS: Answer = (400, "InvalidPart", "There was a problem with the multipart upload.")


def test_a_missing_listing_stops_pushes(given: Given) -> None:
    writes = trial({Operation.LIST_UPLOADS: MISSING}, url="https://storage.googleapis.com")
    fail = given.fail(s3_part_incompatible, writes=writes, config=given.storage("bucket: b"))
    assert fail.failure_modes == ("S3-27",)
    assert "ListMultipartUploads" in fail.message
    assert "gcs driver" in fail.remedy[Dialect.PLAIN].text


def test_a_missing_copy_in_parts_concerns_large_layers(given: Given) -> None:
    fail = given.fail(
        s3_part_incompatible, writes=trial({Operation.COPY_PART: MISSING}), config=given.storage("bucket: b")
    )
    assert "multipartcopythresholdsize" in fail.message
    assert "5368709120" in fail.remedy[Dialect.PLAIN].commands[0]


def test_parts_that_are_refused_want_larger_ones(given: Given) -> None:
    fail = given.fail(
        s3_part_incompatible, writes=trial({Operation.COMPLETE: PARTS}), config=given.storage("bucket: b")
    )
    assert fail.failure_modes == ("S3-26",)
    assert "chunksize" in fail.remedy[Dialect.PLAIN].commands[0]


def test_what_is_refused_of_whole_objects_too_is_not_about_parts(given: Given) -> None:
    writes = trial({Operation.PUT: MISSING, Operation.START_UPLOAD: MISSING})
    given.unknown(s3_part_incompatible, writes=writes, config=given.storage("bucket: b"))


def test_all_else_is_no_finding(given: Given) -> None:
    config = given.storage("bucket: b")
    assert given.passes(s3_part_incompatible, writes=trial(), config=config)
    for answer in (DENIED, GATEWAY):
        given.unknown(s3_part_incompatible, writes=trial({Operation.LIST_PARTS: answer}), config=config)
    given.unknown(s3_part_incompatible, writes=trial({Operation.PUT: (0, "", "")}), config=config)
