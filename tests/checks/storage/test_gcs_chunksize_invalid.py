"""A chunksize that is no multiple of 256 KiB is a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.gcs_chunksize_invalid import gcs_chunksize_invalid

if TYPE_CHECKING:
    from tests.checks.conftest import Given


@pytest.mark.parametrize("size", ["5242880", "'5242880'", "262144", "'+262144'"])
def test_a_multiple_passes(given: Given, size: str) -> None:
    assert given.passes(gcs_chunksize_invalid, config=given.storage(f"bucket: b, chunksize: {size}", "gcs"))


def test_without_it_the_default_counts(given: Given) -> None:
    assert given.passes(gcs_chunksize_invalid, config=given.storage("bucket: b", "gcs")) == "the default"


@pytest.mark.parametrize(
    "size", ["5000000", "262143", "0", "-262144", "5MB", "5.24288e+06", "true", "''", "null", "'0x40000'", "'262144 '"]
)
def test_all_else_ends_the_registry_at_its_start(given: Given, size: str) -> None:
    fail = given.fail(gcs_chunksize_invalid, config=given.storage(f"bucket: b, chunksize: {size}", "gcs"))

    assert fail.message.endswith("the registry does not start")
    assert fail.resource == "storage.gcs.chunksize"
    assert "16777216" in fail.remedy[Dialect.PLAIN].commands[0]


def test_another_storage_is_skipped(given: Given) -> None:
    assert given.skips(gcs_chunksize_invalid, config=given.storage("bucket: b, chunksize: 1"))
