"""Keys that end in a slash are told, with one command each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.check import Dialect
from regdoctor.checks.storage.s3_folder_objects import s3_folder_objects
from regdoctor.evidence.s3_bucket import Untold
from tests.checks.storage.told_buckets import REPOSITORIES, bucket, kept, silent

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def test_folders_are_a_finding(given: Given) -> None:
    keys = [f"{REPOSITORIES}app{number}/" for number in range(7)]
    fail = given.fail(s3_folder_objects, bucket=bucket(inside=kept(*keys, whole=False)))
    assert fail.message.startswith("7 objects stand for folders, among the first 7 keys")
    assert len(fail.remedy[Dialect.PLAIN].commands) == 5
    assert not any("recursive" in command for command in fail.remedy[Dialect.PLAIN].commands)


def test_links_alone_pass_and_a_refusal_is_unknown(given: Given) -> None:
    assert given.passes(s3_folder_objects, bucket=bucket())
    assert "the first" in given.passes(s3_folder_objects, bucket=bucket(inside=kept("x", whole=False)))
    given.unknown(s3_folder_objects, bucket=bucket(inside=Untold("403")))
    given.unknown(s3_folder_objects, bucket=silent())
