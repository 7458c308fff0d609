"""A refusal that is about the key is told from one that is about the bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.check import Dialect
from regdoctor.checks.storage.s3_kms_denied import s3_kms_denied
from regdoctor.distribution.s3_operations import Operation
from tests.checks.seen_in_traffic import S3_LINK, refusal, seen, sent_on
from tests.checks.storage.s3_trials import DENIED, Answer, trial
from tests.checks.storage.told_buckets import answer, bucket

if TYPE_CHECKING:
    from tests.checks.conftest import Given

KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def denied(action: str, key: str = KEY) -> Answer:
    """As Amazon says it."""
    return (
        403,
        "AccessDenied",
        f"User: arn:aws:iam::1:user/r is not authorized to perform: {action} on resource: {key}",
    )


def test_the_key_that_the_store_names_is_granted(given: Given) -> None:
    writes = trial({Operation.PUT: denied("kms:GenerateDataKey")})
    fail = given.fail(
        s3_kms_denied, writes=writes, config=given.storage(f"bucket: bucket, encrypt: true, keyid: '{KEY}'")
    )
    assert "kms:GenerateDataKey" in fail.message
    assert fail.resource == KEY
    assert KEY in fail.remedy[Dialect.PLAIN].commands[0]
    assert any("keyid" in quote.quote for quote in fail.evidence)


def test_the_buckets_own_key_may_be_unknown(given: Given) -> None:
    writes = trial({Operation.GET: denied("kms:Decrypt", "the key")})
    fail = given.fail(s3_kms_denied, writes=writes, config=given.storage("bucket: bucket"))
    assert "kms:Decrypt" in fail.message
    assert "in the place of the star" in fail.remedy[Dialect.PLAIN].text


def test_a_key_that_is_switched_off_is_named_as_such(given: Given) -> None:
    writes = trial({Operation.PUT: (400, "KMS.DisabledException", "key is disabled")})
    fail = given.fail(s3_kms_denied, writes=writes, config=given.storage("bucket: bucket"))
    assert "KMS.DisabledException" in fail.message


def test_refusals_of_the_bucket_say_nothing_of_the_key(given: Given) -> None:
    config = given.storage("bucket: bucket")
    given.unknown(s3_kms_denied, writes=trial({Operation.PUT: DENIED}), config=config)
    given.unknown(s3_kms_denied, writes=trial({Operation.PUT: (0, "", "")}), config=config)
    assert given.passes(s3_kms_denied, writes=trial(), config=config)


def test_the_key_of_the_buckets_default_encryption_is_named(given: Given) -> None:
    writes = trial({Operation.GET: denied("kms:Decrypt", "the key")})
    own = bucket(encryption=("aws:kms", KEY), answers=(*bucket().answers, answer("GetBucketEncryption")))
    fail = given.fail(s3_kms_denied, writes=writes, config=given.storage("bucket: bucket"), bucket=own)
    assert KEY in fail.remedy[Dialect.PLAIN].commands[0]
    assert any("GetBucketEncryption" in quote.source for quote in fail.evidence)


def test_a_key_that_may_not_be_used_is_told_in_traffic() -> None:
    key = "arn:aws:kms:eu-central-1:111122223333:key/k"
    said = refusal("AccessDenied", f"User is not authorized to perform: kms:Decrypt on resource: {key}")
    [fail] = seen(s3_kms_denied, *sent_on(S3_LINK, 403, body=said, method="GET"))
    assert key in fail.remedy[Dialect.PLAIN].commands[0]
    [fail] = seen(s3_kms_denied, *sent_on(S3_LINK, 400, body=refusal("KMS.DisabledException"), method="GET"))
    assert "KMS.DisabledException" in fail.message
    assert not seen(s3_kms_denied, *sent_on(S3_LINK, 403, body=refusal("AccessDenied"), method="GET"))
