"""A missing s3:ListBucket is told from every other way in which a store does not list."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.s3_list_forbidden import s3_list_forbidden
from regdoctor.evidence.s3_access import S3Access
from regdoctor.formats.registry_config import parse_registry_config

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.storage.conftest import Store

DENIED = (403, "AccessDenied")
CHECKED = parse_registry_config(b"version: 0.1\nhealth: {storagedriver: {enabled: true}}\n", "config.yml")
UNCHECKED = parse_registry_config(b"version: 0.1\n", "config.yml")


def test_refused_listings_are_a_finding(given: Given, store: Store) -> None:
    fail = given.fail(s3_list_forbidden, config=CHECKED, access=store({"LIST": DENIED}))
    assert "the bucket's root" in fail.message
    assert "its health check fails" in fail.message
    assert fail.resource == "bucket"
    assert fail.evidence[0].line == 9
    statement = json.loads(fail.remedy[Dialect.PLAIN].commands[0])
    assert statement["Effect"] == "Allow"
    assert statement["Action"] == ["s3:ListBucket", "s3:ListBucketMultipartUploads"]
    assert statement["Resource"] == "arn:aws:s3:::bucket"


def test_a_condition_on_the_prefix_leaves_the_health_check_green(given: Given, store: Store) -> None:
    fail = given.fail(s3_list_forbidden, config=CHECKED, access=store({"LIST blobs": DENIED}))
    assert "docker/registry/v2/blobs/" in fail.message
    assert "a condition on s3:prefix" in fail.message
    assert fail.failure_modes == ("S3-07",)
    assert "health check" not in fail.message


def test_granted_listings_pass_whatever_reads_say(given: Given, store: Store) -> None:
    assert given.passes(s3_list_forbidden, config=CHECKED, access=store({"HEAD": DENIED, "GET": DENIED}))
    assert given.passes(s3_list_forbidden, config=CHECKED, access=store(empty=True))


@pytest.mark.parametrize(
    "answer",
    [
        (0, ""),
        (403, "InvalidAccessKeyId"),
        (403, "SignatureDoesNotMatch"),
        (403, "RequestTimeTooSkewed"),
        (404, "NoSuchBucket"),
        (301, "PermanentRedirect"),
        (301, ""),
        (500, "InternalError"),
        (403, "<html>Forbidden</html>"),
        (200, "<html>Welcome</html>"),
        (200, "<ListAllMyBuckets/>"),
    ],
)
def test_every_answer_that_is_not_about_permission_is_unknown(
    given: Given, store: Store, answer: tuple[int, str]
) -> None:
    given.unknown(s3_list_forbidden, config=CHECKED, access=store({"*": answer}))


def test_a_listing_that_was_not_tried_is_not_granted(given: Given, store: Store) -> None:
    access = store()
    given.unknown(s3_list_forbidden, config=CHECKED, access=S3Access(access.endpoint, access.access_key_named_by, ()))


def test_only_a_refusal_with_a_reason_is_evidence(given: Given, store: Store) -> None:
    fail = given.fail(
        s3_list_forbidden,
        config=CHECKED,
        access=store({"LIST ": (403, "<html>Forbidden</html>"), "LIST blobs": DENIED}),
    )
    assert "root" not in fail.message
    assert "health check" not in fail.message
    assert [quote.quote for quote in fail.evidence if "403" in quote.quote] == [fail.evidence[1].quote]


def test_a_page_that_refuses_listings_is_unknown(given: Given, store: Store) -> None:
    access = store({"LIST": (403, "<html>Forbidden</html>")})
    assert "without saying why" in given.unknown(s3_list_forbidden, config=CHECKED, access=access)


def test_without_a_health_check_of_the_storage_it_is_not_said_to_fail(given: Given, store: Store) -> None:
    fail = given.fail(s3_list_forbidden, config=UNCHECKED, access=store({"LIST": DENIED}))
    assert "health check" not in fail.message
    assert "pushes and pulls fail" in fail.message


def test_the_root_is_listed_by_the_health_check_alone(given: Given, store: Store) -> None:
    access = store({"LIST ": DENIED})
    assert "is off" in given.passes(s3_list_forbidden, config=UNCHECKED, access=access)
    assert "every request" in given.fail(s3_list_forbidden, config=CHECKED, access=access).message
    unclear = store({"LIST ": DENIED, "LIST blobs": (403, "<html>Forbidden</html>")})
    assert "without saying why" in given.unknown(s3_list_forbidden, config=UNCHECKED, access=unclear)
