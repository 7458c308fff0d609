"""A bucket without ACLs, and a registry that sends one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.check import Dialect
from regdoctor.checks.storage.s3_acls_disabled import s3_acls_disabled
from regdoctor.distribution.s3_operations import Operation
from regdoctor.evidence.product import Generation
from tests.checks.storage.s3_trials import DENIED, Answer, trial
from tests.checks.storage.told_buckets import bucket

if TYPE_CHECKING:
    from tests.checks.conftest import Given

NONE: Answer = (400, "AccessControlListNotSupported", "The bucket does not allow ACLs")
REFUSED = {Operation.PUT: NONE, Operation.START_UPLOAD: NONE}


def test_the_acl_of_the_configuration_is_at_fault(given: Given) -> None:
    config = given.storage("bucket: bucket, objectacl: public-read")
    fail = given.fail(s3_acls_disabled, writes=trial(REFUSED), config=config, product=given.product())
    assert "public-read" in fail.message
    assert fail.resource == "storage.s3.objectacl"
    assert fail.evidence[-1].line == 3
    assert "bucket-owner-full-control" in fail.remedy[Dialect.PLAIN].commands[0]


def test_gitlabs_registry_sends_none_with_objectownership(given: Given) -> None:
    product = given.product(Generation.GITLAB, 4, 0)
    fail = given.fail(s3_acls_disabled, writes=trial(REFUSED), config=given.storage("bucket: b"), product=product)
    assert "objectownership" in fail.remedy[Dialect.PLAIN].commands[0]


def test_all_else_is_no_finding(given: Given) -> None:
    config, product = given.storage("bucket: b"), given.product()
    assert given.passes(s3_acls_disabled, writes=trial(), config=config, product=product)
    given.unknown(s3_acls_disabled, writes=trial({Operation.PUT: DENIED}), config=config, product=product)
    given.unknown(s3_acls_disabled, writes=trial({Operation.PUT: (0, "", "")}), config=config, product=product)


def test_the_buckets_own_setting_is_judged_where_nothing_was_written(given: Given) -> None:
    public, product = given.storage("bucket: images, objectacl: public-read"), given.product()
    fail = given.fail(s3_acls_disabled, writes=given.no_such, bucket=bucket(), config=public, product=product)
    assert "public-read" in fail.message
    for owner in ("", "ObjectWriter"):
        other = bucket(ownership=owner)
        given.skips(s3_acls_disabled, writes=given.no_such, bucket=other, config=public, product=product)
    private = given.storage("bucket: images")
    given.skips(s3_acls_disabled, writes=given.no_such, bucket=bucket(), config=private, product=product)
    none = given.storage("bucket: images, objectacl: public-read, objectownership: true")
    given.unknown(s3_acls_disabled, writes=given.not_here, bucket=bucket(), config=none, product=product)
