"""File systems to which V1 and v1 are one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.checks.storage.case_insensitive_storage import case_insensitive_storage
from tests.checks.storage.storage_mounts import mount, storage

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def test_a_type_that_folds_case_and_a_name_that_was_found_in_capitals_are_told(given: Given) -> None:
    assert "vfat" in given.fail(case_insensitive_storage, storage=storage(mount("vfat"))).message
    assert "9p" in given.fail(case_insensitive_storage, storage=storage(mount("9p"), folds_case=True)).message
    given.fail(case_insensitive_storage, storage=storage(folds_case=True))


def test_what_was_seen_counts_more_than_the_type(given: Given) -> None:
    given.passes(case_insensitive_storage, storage=storage(mount("vfat"), folds_case=False))


def test_other_types_pass_and_an_unknown_mount_is_unknown(given: Given) -> None:
    given.passes(case_insensitive_storage, storage=storage(mount("ntfs3")))
    given.unknown(case_insensitive_storage, storage=storage())
