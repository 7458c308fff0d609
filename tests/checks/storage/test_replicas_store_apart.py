"""Instances that store in different places are a finding; credentials may differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.checks.storage.replicas_store_apart import replicas_store_apart
from regdoctor.evidence.replicas import Replicas
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import errors, exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given

S3 = "{s3: {bucket: images, region: eu-central-1, rootdirectory: /, accesskey: AAAA1111, secretkey: one-of-two}}"


def both(given: Given, one: str, two: str) -> Replicas:
    texts = (f"version: 0.1\nstorage: {storage}\n" for storage in (one, two))
    return Replicas(tuple(given.config(text, f"/{name}.yml") for text, name in zip(texts, "ab", strict=True)))


@pytest.mark.parametrize(
    ("one", "two", "what"),
    [
        (S3, S3.replace("images", "other"), "bucket"),
        (S3, S3.replace("rootdirectory: /", "rootdirectory: /x"), "rootdirectory"),
        (S3, "{filesystem: {rootdirectory: /srv}}", "driver"),
        ("{filesystem: {rootdirectory: /srv}}", "filesystem", "rootdirectory"),
    ],
)
def test_what_differs_is_named_with_both_sides(given: Given, one: str, two: str, what: str) -> None:
    fail = given.fail(replicas_store_apart, replicas=both(given, one, two))
    assert fail.message.endswith(f"the {what} differs")
    assert [(quote.source, quote.line) for quote in fail.evidence] == [("/a.yml", 2), ("/b.yml", 2)]
    assert "one-of-two" not in str(fail)


def test_other_credentials_and_spellings_of_the_same_place_pass(given: Given) -> None:
    other = S3.replace("AAAA1111", "BBBB2222").replace("rootdirectory: /,", "").replace("s3:", "s3aws:")
    assert given.passes(replicas_store_apart, replicas=both(given, S3, other))


def test_one_instance_is_compared_with_nothing_and_no_driver_with_no_verdict(given: Given) -> None:
    assert given.skips(replicas_store_apart, replicas=Replicas((given.config("version: 0.1\n"),)))
    assert "/b.yml" in given.unknown(replicas_store_apart, replicas=both(given, S3, "{delete: {enabled: true}}"))


START = exchanged("POST /v2/a/blobs/uploads/", 202, (("Location", "/v2/a/blobs/uploads/u"),))
UNKNOWN = exchanged("PATCH /v2/a/blobs/uploads/u", 404, body=errors("BLOB_UPLOAD_UNKNOWN", "blob upload unknown"))
PIECE = exchanged("PATCH /v2/a/blobs/uploads/u", 202)


def test_an_upload_that_is_unknown_though_it_was_begun_is_told_in_traffic() -> None:
    [fail] = seen(replicas_store_apart, START, UNKNOWN)
    assert "that it has answered 202 to" in fail.message


def test_an_upload_that_was_ended_or_given_up_or_began_before_is_rightly_unknown() -> None:
    put = exchanged("PUT /v2/a/blobs/uploads/u?digest=sha256:1", 201)
    wrong = exchanged("PUT /v2/a/blobs/uploads/u?digest=sha256:1", 400, body=errors("DIGEST_INVALID", "x"))
    cancel = exchanged("DELETE /v2/a/blobs/uploads/u", 204)

    assert not seen(replicas_store_apart, UNKNOWN)
    for end in (put, wrong, cancel):
        assert not seen(replicas_store_apart, START, PIECE, end, UNKNOWN)
