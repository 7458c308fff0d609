"""Three stores are known to differ, each for some registries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.checks.storage.s3_store_quirk import s3_store_quirk
from regdoctor.evidence.product import Generation
from regdoctor.evidence.s3_bucket import StoreKind
from tests.checks.storage.told_buckets import PARAMETERS, bucket

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
