"""SlowDown in any answer is told, a proxy's 503 is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.check import Dialect
from regdoctor.checks.storage.s3_slow_down import s3_slow_down
from regdoctor.evidence.product import Generation
from tests.checks.seen_in_traffic import S3_LINK, refusal, seen, sent_on
from tests.checks.storage.told_buckets import PARAMETERS, answer, bucket, error, refusing, silent
from tests.traffic.seen_exchanges import exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def test_gitlabs_registry_can_ask_less_and_others_cannot(given: Given) -> None:
    config = given.storage(PARAMETERS)
    told = bucket(answers=(*bucket().answers, answer("GetBucketLocation", 503, error("SlowDown"))))
    gitlab = given.fail(s3_slow_down, bucket=told, config=config, product=given.product(Generation.GITLAB))
    assert "maxrequestspersecond: 100" in gitlab.remedy[Dialect.PLAIN].commands[0]
    other = given.fail(s3_slow_down, bucket=refusing(429), config=config, product=given.product())
    assert not other.remedy[Dialect.PLAIN].commands
    assert "429" in other.message


def test_other_answers_are_none_of_it(given: Given) -> None:
    config, product = given.storage(PARAMETERS), given.product()
    assert given.passes(s3_slow_down, bucket=bucket(), config=config, product=product)
    given.unknown(s3_slow_down, bucket=refusing(503, b"<html>"), config=config, product=product)
    given.unknown(s3_slow_down, bucket=silent(), config=config, product=product)


def test_a_bucket_that_asks_to_slow_down_is_told_in_traffic() -> None:
    [fail] = seen(s3_slow_down, *sent_on(S3_LINK, 503, body=refusal("SlowDown"), method="GET"))
    assert "503 SlowDown" in fail.message
    assert not seen(s3_slow_down, *sent_on(S3_LINK, 503, body=refusal("ServiceUnavailable"), method="GET"))


def test_a_registry_that_is_asked_to_slow_down_says_so_in_its_envelope() -> None:
    for said, count in (("s3aws: SlowDown: Please reduce your request rate.", 1), ("s3aws: InternalError: no", 0)):
        body = {"errors": [{"code": "UNKNOWN", "message": "unknown error", "detail": said}]}
        assert len(seen(s3_slow_down, exchanged("POST /v2/a/blobs/uploads/", 500, body=body))) == count
