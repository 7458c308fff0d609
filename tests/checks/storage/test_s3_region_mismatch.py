"""A store that names another region is believed; a malformed key is not taken for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.check import Dialect
from regdoctor.checks.storage.s3_region_mismatch import s3_region_mismatch
from tests.checks.seen_in_traffic import S3_LINK, refusal, seen, sent_on
from tests.checks.storage.told_buckets import PARAMETERS, bucket, error, refusing, silent

if TYPE_CHECKING:
    from tests.checks.conftest import Given


ELSEWHERE = ("x-amz-bucket-region", "eu-central-1")
MALFORMED = "AuthorizationHeaderMalformed"


def test_both_codes_are_findings_that_name_the_region(given: Given) -> None:
    config = given.storage(PARAMETERS)
    for told in (
        refusing(400, error(MALFORMED, "<Region>eu-central-1</Region>")),
        refusing(301, error("PermanentRedirect"), ELSEWHERE),
        refusing(301, b"", ELSEWHERE),
    ):
        fail = given.fail(s3_region_mismatch, bucket=told, config=config)
        assert "signs for us-east-1, and its bucket is in eu-central-1" in fail.message
        assert "region: eu-central-1" in fail.remedy[Dialect.PLAIN].commands[0]


def test_what_names_no_other_region_is_no_finding(given: Given) -> None:
    config = given.storage(PARAMETERS)
    assert given.passes(s3_region_mismatch, bucket=bucket(), config=config)
    given.unknown(s3_region_mismatch, bucket=refusing(400, error(MALFORMED)), config=config)
    given.unknown(s3_region_mismatch, bucket=refusing(301, error("PermanentRedirect")), config=config)
    given.unknown(s3_region_mismatch, bucket=silent(), config=config)
    same = refusing(400, error(MALFORMED, "<Region>us-east-1</Region>"))
    given.unknown(s3_region_mismatch, bucket=same, config=config)
    given.skips(s3_region_mismatch, bucket=bucket(), config=given.storage("rootdirectory: /x", "filesystem"))


def test_a_link_for_another_region_is_told_in_traffic_with_both() -> None:
    to_head = sent_on(S3_LINK, 301, ("x-amz-bucket-region", "us-west-2"))
    named = refusal("AuthorizationQueryParametersError", "wrong", "<Region>us-west-2</Region>")
    for recorded in (to_head, sent_on(S3_LINK, 400, body=named, method="GET")):
        [fail] = seen(s3_region_mismatch, *recorded)
        assert "eu-central-1" in fail.message
        assert "us-west-2" in fail.message


def test_a_region_that_agrees_or_a_bucket_that_gives_is_not_told() -> None:
    own = ("x-amz-bucket-region", "eu-central-1")
    for status, header in ((403, own), (301, own), (200, ("x-amz-bucket-region", "us-west-2"))):
        assert not seen(s3_region_mismatch, *sent_on(S3_LINK, status, header))
