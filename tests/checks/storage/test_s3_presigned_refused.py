"""Links that are refused where the identity is not; and where nobody gets a link."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from regdoctor.check import Dialect
from regdoctor.checks.storage.s3_presigned_refused import s3_presigned_refused
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.s3_access import S3Access, S3Call

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.storage.conftest import Store

URL = "https://s3.example.com/bucket/key?X-Amz-Signature=0123456789abcdef"
S3 = "bucket: bucket, region: us-east-1"


def linked(access: S3Access, status: int, code: str = "", body: bytes = b"") -> S3Access:
    """The access, with these answers to presigned requests."""
    head = S3Call("PRESIGNED HEAD", "blobs", "key", Exchange("HEAD", URL, status=status))
    get = S3Call("PRESIGNED GET", "blobs", "key", Exchange("GET", URL, status=status, body=body), code)
    return dataclasses.replace(access, further=(head, get))


def test_links_that_are_refused_are_a_finding_that_shows_no_signature(given: Given, store: Store) -> None:
    access = linked(store(), 403, "SignatureDoesNotMatch")
    fail = given.fail(s3_presigned_refused, access=access, config=given.storage(S3))
    assert "(SignatureDoesNotMatch)" in fail.message
    assert "0123456789abcdef" not in str(fail)
    assert "redirect" in fail.remedy[Dialect.PLAIN].commands[0]


def test_an_expired_link_is_told(given: Given, store: Store) -> None:
    access = linked(store(), 403, "AccessDenied", b"<Message>Request has expired</Message>")
    fail = given.fail(s3_presigned_refused, access=access, config=given.storage(S3))
    assert "(AccessDenied, Request has expired)" in fail.message


def test_links_that_work_pass(given: Given, store: Store) -> None:
    assert given.passes(s3_presigned_refused, access=linked(store(), 200), config=given.storage(S3))


def test_without_redirects_nobody_gets_a_link(given: Given, store: Store) -> None:
    access = linked(store(), 403, "AccessDenied")
    config = given.config(f"version: 0.1\nstorage: {{s3: {{{S3}}}, redirect: {{disable: true}}}}\n")
    assert "switched off" in given.skips(s3_presigned_refused, access=access, config=config)
    cdn = given.config(f"version: 0.1\nstorage: {{s3: {{{S3}}}}}\nmiddleware: {{storage: [{{name: cloudfront}}]}}\n")
    assert "middleware" in given.skips(s3_presigned_refused, access=access, config=cdn)


def test_an_identity_that_is_refused_itself_is_another_finding(given: Given, store: Store) -> None:
    access = linked(store({"GET": (403, "AccessDenied"), "HEAD": (403, "")}), 403, "AccessDenied")
    reason = given.skips(s3_presigned_refused, access=access, config=given.storage(S3))
    assert "s3_blob_read_forbidden" in reason


def test_what_is_not_understood_is_unknown(given: Given, store: Store) -> None:
    given.unknown(s3_presigned_refused, access=store(), config=given.storage(S3))
    given.unknown(s3_presigned_refused, access=linked(store(), 500), config=given.storage(S3))
    given.unknown(s3_presigned_refused, access=store({"*": (0, "")}), config=given.storage(S3))
