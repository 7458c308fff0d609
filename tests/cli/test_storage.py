"""`regdoctor storage permissions`: its plan, and how it ends where nothing can be asked."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Command


def test_the_plan_names_each_call_and_makes_none(regdoctor: Command, tmp_path: Path) -> None:
    ended = regdoctor("storage", "permissions", "--root", tmp_path, "--plan")
    assert ended.code == 0
    for name in (
        "ListObjects of the bucket",
        "HeadObject of blobs",
        "GetObject of uploads",
        "by a presigned URL of blobs",
    ):
        assert name in ended.out
    assert "with --allow-writes only, write:" in ended.out
    assert "AbortMultipartUpload" in ended.out
    assert max(map(len, ended.out.splitlines())) <= 80


def test_a_copied_tree_is_not_asked(regdoctor: Command, tmp_path: Path) -> None:
    file = tmp_path / "etc/docker/registry/config.yml"
    file.parent.mkdir(parents=True)
    file.write_text("version: 0.1\nstorage: {s3: {bucket: b, region: r, accesskey: a, secretkey: s}}\n")
    ended = regdoctor("storage", "permissions", "--root", tmp_path)
    assert (ended.code, ended.out) == (3, "")
    assert "nothing was asked: the files are a copy" in ended.err


def test_a_file_that_is_not_there_is_wrong_usage(regdoctor: Command, tmp_path: Path) -> None:
    assert regdoctor("storage", "permissions", "--root", tmp_path / "none").code == 2
