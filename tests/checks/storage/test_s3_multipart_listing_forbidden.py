"""A missing s3:ListBucketMultipartUploads is told from stores that do not know the call."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.s3_multipart_listing_forbidden import s3_multipart_listing_forbidden
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.s3_access import S3Access, S3Call

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.storage.conftest import Store

URL = "https://s3.example.com/bucket?uploads="


def asked(access: S3Access, status: int, code: str = "", body: bytes = b"") -> S3Access:
    """The access, with this answer to the listing of uploads."""
    call = S3Call("LIST UPLOADS", "", "docker/", Exchange("GET", URL, status=status, body=body), code)
    return dataclasses.replace(access, further=(call,))


def test_a_refusal_is_a_finding_with_its_statement(given: Given, store: Store) -> None:
    fail = given.fail(s3_multipart_listing_forbidden, access=asked(store(), 403, "AccessDenied"))
    assert "every push of a layer fails" in fail.message
    assert fail.evidence[0].line == 9
    assert json.loads(fail.remedy[Dialect.PLAIN].commands[0]) == {
        "Effect": "Allow",
        "Action": "s3:ListBucketMultipartUploads",
        "Resource": "arn:aws:s3:::bucket",
    }


def test_a_listing_passes(given: Given, store: Store) -> None:
    access = asked(store(), 200, body=b"<ListMultipartUploadsResult/>")
    assert "is granted" in given.passes(s3_multipart_listing_forbidden, access=access)


@pytest.mark.parametrize(
    ("status", "code", "body"),
    [(501, "NotImplemented", b""), (403, "", b"<html>Forbidden</html>"), (200, "", b"<html>"), (503, "SlowDown", b"")],
)
def test_every_other_answer_is_unknown(given: Given, store: Store, status: int, code: str, body: bytes) -> None:
    reason = given.unknown(s3_multipart_listing_forbidden, access=asked(store(), status, code, body))
    assert "not for want of permission" in reason


def test_a_store_that_knows_nobody_and_a_call_that_was_not_made_are_unknown(given: Given, store: Store) -> None:
    given.unknown(s3_multipart_listing_forbidden, access=store({"*": (403, "InvalidAccessKeyId")}))
    assert "not asked for" in given.unknown(s3_multipart_listing_forbidden, access=store())
