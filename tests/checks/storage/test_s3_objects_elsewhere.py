"""Images outside of the root directory are told where nothing is inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.check import Dialect
from regdoctor.checks.storage.s3_objects_elsewhere import s3_objects_elsewhere
from tests.checks.storage.told_buckets import PARAMETERS, bucket, kept, silent

if TYPE_CHECKING:
    from tests.checks.conftest import Given


TREE = "docker/registry/v2/"


def test_the_remedy_names_the_folder_that_was_found(given: Given) -> None:
    for prefix, root, said in (
        (f"old/{TREE}", "", "rootdirectory: /old"),
        (TREE, ", rootdirectory: /new", "Remove storage.s3.rootdirectory"),
        (f"/{TREE}", "", "without the slash"),
    ):
        told = bucket(any_inside=False, elsewhere=(kept(f"{prefix}x", prefix=prefix),))
        fail = given.fail(s3_objects_elsewhere, bucket=told, config=given.storage(PARAMETERS + root))
        plain = fail.remedy[Dialect.PLAIN]
        assert said in f"{plain.text} {plain.commands}"


def test_something_inside_or_nothing_anywhere_passes(given: Given) -> None:
    config = given.storage(PARAMETERS)
    there = (kept(f"old/{TREE}x", prefix=f"old/{TREE}"),)
    assert given.passes(s3_objects_elsewhere, bucket=bucket(elsewhere=there), config=config)
    assert given.passes(s3_objects_elsewhere, bucket=bucket(any_inside=False), config=config)
    given.unknown(s3_objects_elsewhere, bucket=bucket(any_inside=None), config=config)
    given.unknown(s3_objects_elsewhere, bucket=silent(), config=config)
    given.skips(s3_objects_elsewhere, bucket=bucket(), config=given.storage("rootdirectory: /x", "filesystem"))
