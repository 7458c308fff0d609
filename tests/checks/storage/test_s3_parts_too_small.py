"""What 10,000 parts hold is held against the layer that was named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.check import Dialect
from regdoctor.checks.storage.s3_parts_too_small import s3_parts_too_small
from regdoctor.target import Target
from tests.checks.storage.told_buckets import PARAMETERS

if TYPE_CHECKING:
    from tests.checks.conftest import Given


LARGE = Target(layer_size=98 << 30)


def test_the_default_ends_below_98_gib(given: Given) -> None:
    fail = given.fail(s3_parts_too_small, config=given.storage(PARAMETERS), target=LARGE)
    assert fail.failure_modes == ("S3-17",)
    size = int(fail.remedy[Dialect.PLAIN].commands[0].rpartition(" ")[2])
    mended = given.storage(f"{PARAMETERS}, chunksize: {size}")
    assert given.passes(s3_parts_too_small, config=mended, target=LARGE)


def test_copies_have_limits_of_their_own(given: Given) -> None:
    more = ", chunksize: 52428800, multipartcopychunksize: 5242880, multipartcopythresholdsize: 99999999999"
    fails = given.fails(s3_parts_too_small, config=given.storage(PARAMETERS + more), target=LARGE)
    assert [fail.failure_modes for fail in fails] == [("S3-17",), ("S3-16",)]


def test_what_was_not_said_is_not_judged(given: Given) -> None:
    given.skips(s3_parts_too_small, config=given.storage(PARAMETERS), target=Target())
    given.skips(s3_parts_too_small, config=given.storage("rootdirectory: /x", "filesystem"), target=LARGE)
    given.unknown(
        s3_parts_too_small, config=given.storage(f"{PARAMETERS}, chunksize: 5MB"), target=Target(layer_size=1)
    )
