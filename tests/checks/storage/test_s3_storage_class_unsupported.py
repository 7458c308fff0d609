"""A store that does not know the storage class that it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.check import Dialect
from regdoctor.checks.storage.s3_storage_class_unsupported import s3_storage_class_unsupported
from regdoctor.distribution.s3_operations import Operation
from tests.checks.storage.s3_trials import DENIED, Answer, trial

if TYPE_CHECKING:
    from tests.checks.conftest import Given

INVALID: Answer = (400, "InvalidStorageClass", "The storage class you specified is not valid")


def test_the_class_is_named_with_where_it_comes_from(given: Given) -> None:
    config = given.storage("bucket: b, storageclass: REDUCED_REDUNDANCY")
    fail = given.fail(s3_storage_class_unsupported, writes=trial({Operation.PUT: INVALID}), config=config)
    assert "REDUCED_REDUNDANCY" in fail.message
    assert fail.evidence[-1].line == 3
    assert "storageclass: NONE" in fail.remedy[Dialect.PLAIN].commands[0]


def test_the_default_is_a_class_too(given: Given) -> None:
    fail = given.fail(
        s3_storage_class_unsupported, writes=trial({Operation.PUT: INVALID}), config=given.storage("bucket: b")
    )
    assert "STANDARD" in fail.message


def test_all_else_is_no_finding(given: Given) -> None:
    config = given.storage("bucket: b")
    assert given.passes(s3_storage_class_unsupported, writes=trial(), config=config)
    given.unknown(s3_storage_class_unsupported, writes=trial({Operation.PUT: DENIED}), config=config)
    given.unknown(s3_storage_class_unsupported, writes=trial({Operation.PUT: (0, "", "")}), config=config)
