"""A missing s3:GetObject is told from every other way in which a store does not give an object out."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.s3_blob_read_forbidden import s3_blob_read_forbidden

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.storage.conftest import Store

DENIED = (403, "AccessDenied")


def test_refused_reads_are_a_finding_with_each_call(given: Given, store: Store) -> None:
    fail = given.fail(s3_blob_read_forbidden, access=store({"HEAD": DENIED, "GET": DENIED}))
    assert "may not read objects under docker/registry/v2/blobs/ and docker/registry/v2/repositories/" in fail.message
    assert fail.resource == "bucket"
    assert fail.evidence[0].line == 9
    assert len(fail.evidence) == 5
    assert fail.evidence[2].quote.endswith("403, 40 bytes AccessDenied")


def test_a_policy_by_prefix_is_told(given: Given, store: Store) -> None:
    fail = given.fail(s3_blob_read_forbidden, access=store({"HEAD blobs": DENIED, "GET blobs": DENIED}))
    assert "docker/registry/v2/blobs/ of bucket" in fail.message
    assert "repositories" not in fail.message


@pytest.mark.parametrize(
    ("region", "partition"), [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_the_remedy_is_a_whole_iam_statement(given: Given, store: Store, region: str, partition: str) -> None:
    fail = given.fail(s3_blob_read_forbidden, access=store({"HEAD": DENIED, "GET": DENIED}, region=region))
    (command,) = fail.remedy[Dialect.PLAIN].commands
    assert json.loads(command) == {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": f"arn:{partition}:s3:::bucket/*",
    }


def test_head_alone_is_refused_by_something_in_between(given: Given, store: Store) -> None:
    fail = given.fail(s3_blob_read_forbidden, access=store({"HEAD": (403, "")}))
    assert "is refused, where GET is not" in fail.message
    assert "pulls" not in fail.message
    assert "WAF" in fail.remedy[Dialect.PLAIN].text


@pytest.mark.parametrize("empty", [False, True])
def test_granted_reads_pass_also_without_an_object(given: Given, store: Store, empty: bool) -> None:
    assert "granted" in given.passes(s3_blob_read_forbidden, access=store(empty=empty))


def test_an_empty_object_has_no_first_byte_and_can_be_read(given: Given, store: Store) -> None:
    assert given.passes(s3_blob_read_forbidden, access=store({"GET": (416, "InvalidRange")}))


def test_without_listing_a_403_for_a_made_up_key_says_nothing(given: Given, store: Store) -> None:
    reason = given.unknown(s3_blob_read_forbidden, access=store({"*": DENIED}, empty=True))
    assert "permission to list" in reason


@pytest.mark.parametrize(
    "answer",
    [
        (0, ""),
        (403, "InvalidAccessKeyId"),
        (403, "SignatureDoesNotMatch"),
        (403, "RequestTimeTooSkewed"),
        (403, "AllAccessDisabled"),
        (404, "NoSuchBucket"),
        (400, "AuthorizationHeaderMalformed"),
        (301, "PermanentRedirect"),
        (301, ""),
        (307, "TemporaryRedirect"),
        (500, "InternalError"),
        (503, "SlowDown"),
        (403, "<html>Forbidden</html>"),
        (401, ""),
        (200, "<html>Welcome</html>"),
        (404, "<html>Not Found</html>"),
    ],
)
def test_every_answer_that_is_not_about_permission_is_unknown(
    given: Given, store: Store, answer: tuple[int, str]
) -> None:
    given.unknown(s3_blob_read_forbidden, access=store({"*": answer}))


def test_a_refusal_by_a_page_is_unknown_also_where_listings_work(given: Given, store: Store) -> None:
    page = (403, "<html>Forbidden</html>")
    assert "without saying why" in given.unknown(s3_blob_read_forbidden, access=store({"HEAD": page, "GET": page}))


def test_a_key_that_may_not_be_used_is_not_a_missing_get_object(given: Given, store: Store) -> None:
    access = store({"GET": (403, "AccessDenied")})
    body = b"<Error><Code>AccessDenied</Code><Message>not authorized to perform: kms:Decrypt</Message></Error>"
    calls = tuple(
        replace(call, exchange=replace(call.exchange, body=body)) if call.action == "GET" else call
        for call in access.calls
    )
    assert "kms:Decrypt" in given.unknown(s3_blob_read_forbidden, access=replace(access, calls=calls))


def test_a_made_up_key_that_is_refused_proves_nothing_even_to_one_who_may_list(given: Given, store: Store) -> None:
    reason = given.unknown(s3_blob_read_forbidden, access=store({"HEAD": DENIED, "GET": DENIED}, empty=True))
    assert "holds no object to try" in reason


def test_a_real_object_that_is_refused_counts_beside_a_made_up_one(given: Given, store: Store) -> None:
    full = store({"HEAD": DENIED, "GET": DENIED})
    empty = store({"HEAD": DENIED, "GET": DENIED}, empty=True)
    calls = tuple((empty if call.area == "blobs" else full).call(call.action, call.area) or call for call in full.calls)
    fail = given.fail(s3_blob_read_forbidden, access=dataclasses.replace(full, calls=calls))
    assert "docker/registry/v2/repositories/ of bucket" in fail.message
    assert "blobs" not in fail.message


def test_without_a_read_there_is_no_verdict(given: Given, store: Store) -> None:
    access = store()
    listings = tuple(call for call in access.calls if call.action == "LIST")
    given.unknown(s3_blob_read_forbidden, access=dataclasses.replace(access, calls=listings))
