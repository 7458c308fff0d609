"""Which answers to a trial of writing say that a permission is missing, and which say something else."""

from __future__ import annotations

import pytest

from regdoctor.distribution.s3_operations import Area, Operation
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.s3_access import S3Call
from regdoctor.evidence.s3_writes import S3Writes, is_about_key, lacks_permission, named_action
from regdoctor.formats.s3_parameters import S3Endpoint


def call(status: int, code: str = "", message: str = "") -> S3Call:
    """A PutObject that was answered so."""
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
    return S3Call(Operation.PUT, Area.UPLOADS, "k", Exchange("PUT", "http://s3/b/k", status=status, body=body), code)


@pytest.mark.parametrize(
    ("answer", "done", "lacks", "key"),
    [
        (call(200), True, False, False),
        (call(403, "AccessDenied"), False, True, False),
        (call(200, "AccessDenied"), False, True, False),
        (call(200, "InternalError"), False, False, False),
        (call(403), False, False, False),
        (call(403, "SignatureDoesNotMatch"), False, False, False),
        (call(403, "AccessDenied", "perform: kms:GenerateDataKey on"), False, False, True),
        (call(400, "KMS.NotFoundException"), False, False, True),
    ],
)
def test_each_answer_is_taken_for_what_it_is(answer: S3Call, done: bool, lacks: bool, key: bool) -> None:
    assert (answer.done, lacks_permission(answer), is_about_key(answer)) == (done, lacks, key)


def test_the_action_that_a_store_names_is_found() -> None:
    said = "User: arn:aws:iam::1:user/x is not authorized to perform: s3:PutObjectAcl on resource: y"
    assert named_action(call(403, "AccessDenied", said)) == "s3:PutObjectAcl"
    assert named_action(call(403, "AccessDenied", "not authorized to perform: rm:Everything on")) == ""


def test_no_call_says_nothing() -> None:
    endpoint = S3Endpoint("http://s3", "us-east-1", "b", path_style=True, root="")
    writes = S3Writes(endpoint, (), removed=True)
    assert writes.unusable
    assert writes.call(Operation.PUT) is None
    assert writes.evidence() == ()
