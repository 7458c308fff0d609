"""Which ACLs the driver takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Severity
from regdoctor.checks.storage.s3_object_acl_refused import s3_object_acl_refused
from regdoctor.evidence.product import Generation

if TYPE_CHECKING:
    from tests.checks.conftest import Given

KEYS = "accesskey: AKIAABCDEFGHIJKLMNOP, secretkey: abcdefghijklmnopqrstuvwxyz0123456789ABCD"
V2, V3, FORK = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB


@pytest.mark.parametrize(
    ("acl", "near"), [("public", "private"), ("Private", "private"), ("''", "private"), ("12", "private")]
)
def test_other_words_than_the_canned_acls_stop_the_registry(given: Given, acl: str, near: str) -> None:
    config = given.storage(f"bucket: b, objectacl: {acl}")
    fail = given.fail(s3_object_acl_refused, config=config, product=given.product())

    assert s3_object_acl_refused.severity is Severity.CRITICAL
    assert fail.severity is None
    assert "does not start" in fail.message
    assert fail.remedy[Dialect.PLAIN].commands == (f"storage:\n  s3:\n    objectacl: {near}",)


@pytest.mark.parametrize("acl", ["private", "bucket-owner-full-control", "authenticated-read"])
def test_canned_acls_are_taken(given: Given, acl: str) -> None:
    config = given.storage(f"bucket: b, objectacl: {acl}")

    given.passes(s3_object_acl_refused, config=config, product=given.product(V2, 2, 8, 3))


@pytest.mark.parametrize("acl", ["public-read", "public-read-write"])
def test_acls_that_open_the_images_to_the_world_are_told(given: Given, acl: str) -> None:
    config = given.storage(f"bucket: b, objectacl: {acl}")
    fail = given.fail(s3_object_acl_refused, config=config, product=given.product(V3, 3))

    assert "everybody" in fail.message


def test_gitlabs_refuses_an_acl_beside_an_enforced_owner(given: Given) -> None:
    config = given.storage("bucket: b, objectacl: private, objectownership: true")
    check = s3_object_acl_refused

    fail = given.fail(check, config=config, product=given.product(FORK, 4, 29, 0))
    assert len(fail.evidence) == 3
    assert "Remove" in fail.remedy[Dialect.PLAIN].text
    assert "objectownership" in given.unknown(check, config=config, product=given.product())
    given.passes(check, config=config, product=given.product(V2, 2, 8, 3))


def test_without_an_acl_there_is_nothing_to_refuse(given: Given) -> None:
    check, product = s3_object_acl_refused, given.product()

    given.passes(check, config=given.storage("bucket: b, objectownership: true"), product=product)
    given.passes(check, config=given.storage("bucket: b, objectacl: null"), product=product)
    given.skips(check, config=given.storage("rootdirectory: /r", "filesystem"), product=product)
