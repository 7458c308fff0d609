"""Links that are refused where the identity is not; and where nobody gets a link."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.s3_presigned_refused import s3_presigned_refused
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.s3_access import S3Access, S3Call
from tests.checks.seen_in_traffic import AFTER_ITS_END, S3_LINK, refusal, seen, sent_on

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


@pytest.mark.parametrize("code", ["SignatureDoesNotMatch", "InvalidAccessKeyId"])
def test_a_link_that_the_store_refuses_in_traffic_is_told_with_its_code(code: str) -> None:
    [fail] = seen(s3_presigned_refused, *sent_on(S3_LINK, 403, body=refusal(code), method="GET"))
    assert code in fail.message
    assert fail.resource == "images"


def test_a_link_is_late_where_it_was_old_when_it_was_followed() -> None:
    led, refused = sent_on(S3_LINK, 403, AFTER_ITS_END, body=refusal("AccessDenied", "Request has expired"))
    assert not seen(s3_presigned_refused, led, refused)
    later = dataclasses.replace(refused, exchange=dataclasses.replace(refused.exchange, started=3600.0))
    [fail] = seen(s3_presigned_refused, led, later)
    assert "followed 2405 s after its end" in fail.message
    cached = dataclasses.replace(led.exchange, headers=(*led.exchange.headers, AFTER_ITS_END))
    assert len(seen(s3_presigned_refused, dataclasses.replace(led, exchange=cached), refused)) == 1


def test_a_head_that_names_another_host_than_was_signed_for_is_told() -> None:
    led, refused = sent_on(S3_LINK, 403)
    named = dataclasses.replace(refused.exchange, request_headers=(("Host", "minio:9000"),))
    [fail] = seen(s3_presigned_refused, led, dataclasses.replace(refused, exchange=named))
    assert "another in its Host header" in fail.message


def test_a_link_that_is_taken_or_refused_for_want_of_permission_is_not_told() -> None:
    for status, body in ((200, b""), (403, b""), (403, refusal("AccessDenied")), (404, refusal("NoSuchKey"))):
        assert not seen(s3_presigned_refused, *sent_on(S3_LINK, status, body=body))
