"""Three stores are known to differ, each for some registries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.s3_store_quirk import s3_store_quirk
from regdoctor.checks.storage.storage_fails_registry import storage_fails_registry
from regdoctor.evidence.product import Generation
from regdoctor.evidence.s3_bucket import StoreKind
from tests.checks.seen_in_traffic import seen
from tests.checks.storage.told_buckets import PARAMETERS, bucket
from tests.traffic.seen_exchanges import errors, exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given


R2 = PARAMETERS.replace("s3.example.com", "account.r2.cloudflarestorage.com")
GOOGLE = PARAMETERS.replace("s3.example.com", "storage.googleapis.com")


def test_r2_is_told_for_distribution_2_alone(given: Given) -> None:
    two, three = (given.product(one) for one in (Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3))
    assert given.fail(s3_store_quirk, config=given.storage(R2), product=two).failure_modes == ("S3-26",)
    assert given.passes(s3_store_quirk, config=given.storage(f"{R2}, chunksize: 104857600"), product=two)
    assert given.passes(s3_store_quirk, config=given.storage(R2), product=three)
    given.unknown(s3_store_quirk, config=given.storage(R2), product=given.product())


def test_google_is_told_by_its_address(given: Given) -> None:
    assert given.fail(s3_store_quirk, config=given.storage(GOOGLE), product=given.product()).failure_modes == ("S3-27",)


def test_ceph_is_told_by_what_it_answers(given: Given) -> None:
    ceph, product = bucket(kind=StoreKind.CEPH), given.product(Generation.GITLAB)
    new = given.storage(PARAMETERS, "s3_v2")
    assert given.fail(s3_store_quirk, config=new, product=product, bucket=ceph).failure_modes == ("S3-13",)
    off = given.storage(f"{PARAMETERS}, checksum_disabled: true", "s3_v2")
    assert given.passes(s3_store_quirk, config=off, product=product, bucket=ceph)
    assert given.passes(s3_store_quirk, config=given.storage(PARAMETERS), product=product, bucket=ceph)


def test_others_pass(given: Given) -> None:
    assert given.passes(s3_store_quirk, config=given.storage(PARAMETERS), product=given.product())
    given.skips(s3_store_quirk, config=given.storage("rootdirectory: /x", "filesystem"), product=given.product())


FINISH = f"PUT /v2/group/app/blobs/uploads/1-2-3?digest=sha256:{'a' * 64}"
MISMATCH = "XAmzContentSHA256Mismatch: The provided header does not match"


@pytest.mark.parametrize(
    "detail", [f"s3aws: {MISMATCH}", {"driver": "s3aws", "detail": MISMATCH}, {"Code": "XAmzContentSHA256Mismatch"}]
)
def test_a_store_that_refuses_checksums_is_told_in_traffic_and_by_this_check_alone(detail: object) -> None:
    said = errors("UNKNOWN", "unknown error")
    said["errors"][0]["detail"] = detail
    refused = exchanged(FINISH, 500, body=said)
    [fail] = seen(s3_store_quirk, refused)
    assert fail.failure_modes == ("S3-13",)
    assert "checksum_disabled" in fail.remedy[Dialect.PLAIN].commands[0]
    assert not seen(storage_fails_registry, refused)


def test_in_traffic_other_errors_of_a_store_are_not_told() -> None:
    said = errors("UNKNOWN", "unknown error")
    said["errors"][0]["detail"] = "s3aws: SlowDown: Please reduce your request rate."
    assert not seen(s3_store_quirk, exchanged(FINISH, 500, body=said))
    assert not seen(s3_store_quirk, exchanged(FINISH, 500, (), b"<html>XAmzContentSHA256Mismatch</html>"))
    assert not seen(s3_store_quirk, exchanged(FINISH, 201))
