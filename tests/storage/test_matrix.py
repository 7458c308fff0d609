"""Each row says what the store's answers prove, and no more."""

from __future__ import annotations

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.s3_operations import Area, Operation
from regdoctor.evidence.s3_access import S3Access
from regdoctor.evidence.s3_writes import S3Writes
from regdoctor.storage.matrix import Matrix, Row, matrix_of
from regdoctor.storage.permission_table import Allowed, Result
from tests.storage.conftest import ENDPOINT, Refuse, call

READ_OF_BLOBS = tuple(
    (operation, Area.BLOBS)
    for operation in (Operation.HEAD, Operation.GET, Operation.PRESIGNED_HEAD, Operation.PRESIGNED_GET)
)


def matrix(access: S3Access, writes: S3Writes | None = None, key: str = "") -> Matrix:
    return matrix_of(access, writes, Generation.DISTRIBUTION_2, "distribution 2.8.2", key)


def row(found: Matrix, operation: Operation, area: Area) -> Row:
    return next(one for one in found.rows if (one.need.operation, one.need.area) == (operation, area))


def test_nothing_refused_is_allowed_and_what_writes_is_not_tried(refusing: Refuse) -> None:
    found = matrix(refusing())
    assert (found.result, found.breaks, found.missing) == (Result.ALLOWED, (), [])
    assert {one.allowed for one in found.rows if one.need.operation.writes} == {Allowed.NOT_TRIED}
    assert {one.allowed for one in found.rows if one.call} == {Allowed.YES}


def test_a_refused_read_breaks_pull_and_push_and_is_granted_by_one_statement(refusing: Refuse) -> None:
    found = matrix(refusing(*READ_OF_BLOBS))
    assert found.result is Result.REFUSED
    assert set(found.breaks) == {"push", "pull", "garbage collection"}
    resource = "arn:aws:s3:::reg/team/docker/registry/*"
    assert found.missing == [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource}]


def test_the_location_may_be_refused_for_nobody_asks_for_it(refusing: Refuse) -> None:
    found = matrix(refusing((Operation.LOCATION, Area.BUCKET)))
    assert found.result is Result.ALLOWED
    assert row(found, Operation.LOCATION, Area.BUCKET).allowed is Allowed.NO
    assert found.missing == []


def test_a_refused_key_that_was_made_up_cannot_be_told(refusing: Refuse) -> None:
    found = matrix(refusing(*READ_OF_BLOBS, exists=False))
    assert row(found, Operation.GET, Area.BLOBS).allowed is Allowed.UNKNOWN
    assert found.missing == []


def test_a_refused_link_alone_is_no_matter_of_policy(refusing: Refuse) -> None:
    found = matrix(refusing(*READ_OF_BLOBS[2:]))
    assert found.result is Result.REFUSED
    assert found.missing == []
    assert "the identity is not" in row(found, Operation.PRESIGNED_GET, Area.BLOBS).reason


def test_head_alone_is_refused_by_something_in_between(refusing: Refuse) -> None:
    found = matrix(refusing((Operation.HEAD, Area.BLOBS)))
    assert row(found, Operation.HEAD, Area.BLOBS).allowed is Allowed.NO
    assert found.missing == []


def test_a_refused_write_counts_wherever_it_is_needed_and_a_granted_one_where_it_was_tried(refusing: Refuse) -> None:
    put = call(Operation.PUT, Area.UPLOADS)
    copy = call(Operation.COPY, Area.UPLOADS, 403, "AccessDenied")
    found = matrix(refusing(), S3Writes(ENDPOINT, (put, copy), removed=True))
    assert row(found, Operation.PUT, Area.UPLOADS).allowed is Allowed.YES
    assert row(found, Operation.PUT, Area.LINKS).allowed is Allowed.NOT_TRIED
    assert row(found, Operation.COPY, Area.BLOBS).allowed is Allowed.NO
    assert found.missing[0]["Action"] == ["s3:GetObject", "s3:PutObject"]


def test_an_answer_that_is_not_understood_tells_nothing(refusing: Refuse) -> None:
    access = refusing()
    html = S3Access(ENDPOINT, access.access_key_named_by, (call(Operation.LIST, Area.BUCKET, 404, "NoSuchBucket"),))
    found = matrix(html)
    assert found.result is Result.NOTHING
    assert "NoSuchBucket" in row(found, Operation.GET, Area.BLOBS).reason


def test_the_key_is_part_of_the_policy(refusing: Refuse) -> None:
    statements = matrix(refusing(), key="ab-cd").policy["Statement"]
    assert isinstance(statements, list)
    assert "kms:Decrypt" in statements[-1]["Action"]
