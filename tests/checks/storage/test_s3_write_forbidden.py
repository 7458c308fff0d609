"""A missing s3:PutObject is told from every other refusal to write."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail
from regdoctor.checks.storage.s3_write_forbidden import s3_write_forbidden
from regdoctor.distribution.s3_operations import Operation
from tests.checks.seen_in_traffic import seen
from tests.checks.storage.s3_trials import DENIED, GATEWAY, Answer, trial
from tests.traffic.seen_exchanges import exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given

KMS: Answer = (403, "AccessDenied", "User: x is not authorized to perform: kms:GenerateDataKey on resource: y")


def statement(fail: Fail) -> object:
    """The statement to paste."""
    return json.loads(fail.remedy[Dialect.PLAIN].commands[0])


def test_a_refused_put_breaks_every_push(given: Given) -> None:
    fail = given.fail(s3_write_forbidden, writes=trial({Operation.PUT: DENIED, Operation.START_UPLOAD: DENIED}))
    assert "PutObject" in fail.message
    assert "CreateMultipartUpload" in fail.message
    assert "every push fails" in fail.message
    assert fail.evidence[0].line == 9
    assert len(fail.evidence) == 3
    resource = "arn:aws:s3:::bucket/docker/registry/*"
    assert statement(fail) == {"Effect": "Allow", "Action": "s3:PutObject", "Resource": resource}


def test_the_statement_is_for_the_root_directory_alone(given: Given) -> None:
    fail = given.fail(s3_write_forbidden, writes=trial({Operation.PUT: DENIED}, root="some/where/"))
    assert '"arn:aws:s3:::bucket/some/where/docker/registry/*"' in fail.remedy[Dialect.PLAIN].commands[0]


def test_the_action_that_the_store_names_is_the_one_to_grant(given: Given) -> None:
    said = (403, "AccessDenied", "User: x is not authorized to perform: s3:PutObjectAcl on resource: y")
    fail = given.fail(s3_write_forbidden, writes=trial({Operation.PUT: said}))
    assert '"s3:PutObjectAcl"' in fail.remedy[Dialect.PLAIN].commands[0]


def test_a_copy_that_may_not_be_read_takes_reading(given: Given) -> None:
    fail = given.fail(s3_write_forbidden, writes=trial({Operation.GET: DENIED, Operation.COPY: DENIED}))
    assert "cannot be moved" in fail.message
    assert '"s3:GetObject"' in fail.remedy[Dialect.PLAIN].commands[0]


def test_a_refusal_inside_of_an_answer_of_200_counts(given: Given) -> None:
    fail = given.fail(s3_write_forbidden, writes=trial({Operation.COPY: (200, "AccessDenied", "")}))
    assert "CopyObject" in fail.message


@pytest.mark.parametrize("answer", [KMS, GATEWAY, (400, "InvalidStorageClass", ""), (403, "AllAccessDisabled", "")])
def test_every_other_refusal_is_unknown(given: Given, answer: Answer) -> None:
    given.unknown(s3_write_forbidden, writes=trial({Operation.PUT: answer}))


def test_a_store_that_does_not_answer_is_unknown(given: Given) -> None:
    given.unknown(s3_write_forbidden, writes=trial({Operation.PUT: (0, "", "")}))


def test_what_is_granted_passes(given: Given) -> None:
    assert given.passes(s3_write_forbidden, writes=trial({Operation.DELETE: DENIED, Operation.ABORT: DENIED}))


def test_an_upload_that_the_bucket_refuses_the_registry_is_told_in_traffic() -> None:
    for said, count in (("s3aws: AccessDenied: Access Denied", 1), ("s3aws: AccessDenied: kms:GenerateDataKey", 0)):
        body = {"errors": [{"code": "UNKNOWN", "message": "unknown error", "detail": said}]}
        assert len(seen(s3_write_forbidden, exchanged("POST /v2/a/blobs/uploads/", 500, body=body))) == count
        assert not seen(s3_write_forbidden, exchanged("GET /v2/a/manifests/b", 500, body=body))
