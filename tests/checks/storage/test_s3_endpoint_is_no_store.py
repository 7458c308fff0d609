"""Pages, bombs and endless answers are told from a proxy's refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.checks.storage.s3_endpoint_is_no_store import s3_endpoint_is_no_store
from tests.checks.storage.told_buckets import PARAMETERS, bucket, error, refusing, silent

if TYPE_CHECKING:
    from tests.checks.conftest import Given


BOMB = b"<!DOCTYPE a [<!ENTITY b \x27c\x27>]><ListBucketResult>&b;</ListBucketResult>"


def test_what_is_no_listing_is_a_finding(given: Given) -> None:
    config = given.storage(PARAMETERS)
    for status, body in (
        (200, b"<html>Welcome</html>"),
        (404, b"<html>Not found</html>"),
        (200, b""),
        (200, BOMB),
        (200, b"<ListBucketResult><Contents>"),
        (200, b"<Other/>"),
    ):
        fail = given.fail(s3_endpoint_is_no_store, bucket=refusing(status, body), config=config)
        assert fail.resource == "storage.s3.regionendpoint"


def test_what_a_store_or_a_proxy_before_one_may_say_is_not(given: Given) -> None:
    config = given.storage(PARAMETERS)
    assert given.passes(s3_endpoint_is_no_store, bucket=bucket(), config=config)
    for told in (refusing(502, b"<html>"), refusing(403, b"<html>"), refusing(403, error("AccessDenied")), silent()):
        given.unknown(s3_endpoint_is_no_store, bucket=told, config=config)
    given.skips(s3_endpoint_is_no_store, bucket=bucket(), config=given.storage("rootdirectory: /x", "filesystem"))
