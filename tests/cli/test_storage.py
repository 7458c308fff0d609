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
    assert "nothing was asked: the files are a copy. On the registry's own host use --root /" in ended.err


def test_a_file_that_is_not_there_is_wrong_usage(regdoctor: Command, tmp_path: Path) -> None:
    assert regdoctor("storage", "permissions", "--root", tmp_path / "none").code == 2


KEYS = "region: us-east-1, accesskey: AKIAIOSFODNN7EXAMPLE, secretkey: so-secret-a-key"


def _written(folder: Path, storage: str) -> Path:
    file = folder / "a.yml"
    file.write_text(f"version: 0.1\nstorage: {storage}\nhttp: {{addr: ':5000'}}\n")
    return file


def test_a_file_named_alone_is_asked_about_and_its_address_is_told_first(
    regdoctor: Command, tmp_path: Path, nobody: str
) -> None:
    file = _written(tmp_path, f"{{s3: {{bucket: b, regionendpoint: '{nobody}', {KEYS}}}}}")
    ended = regdoctor("storage", "permissions", "--config", file)
    assert ended.code == 3
    assert ended.err.startswith(f"regdoctor: asks {nobody}/b with the keys of {file}\n")
    assert "distribution 2.8 (assumed" in ended.out
    assert "so-secret" not in ended.out + ended.err


def test_the_plan_is_that_of_the_configured_store_and_names_its_address(regdoctor: Command, tmp_path: Path) -> None:
    account = "{azure_v2: {accountname: acc, accountkey: YWJj, container: images}}"
    ended = regdoctor("storage", "permissions", "--plan", "--config", _written(tmp_path, account))
    assert ended.code == 0
    assert "container" in ended.out.splitlines()[0]
    assert "ListObjects" not in ended.out
    assert "https://acc.blob.core.windows.net/images" in ended.out


def test_a_storage_that_cannot_be_asked_names_those_that_can(regdoctor: Command, tmp_path: Path) -> None:
    file = _written(tmp_path, "{filesystem: {rootdirectory: /nowhere}}")
    for further in ((), ("--plan",)):
        ended = regdoctor("storage", "permissions", "--config", file, *further)
        assert (ended.code, ended.out) == (3, "")
        assert "filesystem; S3, Azure and Google Cloud Storage can be asked" in ended.err
        assert "asks http" not in ended.err


def test_a_check_of_files_alone_says_that_the_store_was_not_asked(regdoctor: Command, tmp_path: Path) -> None:
    file = _written(tmp_path, f"{{s3: {{bucket: b, {KEYS}}}}}")
    ended = regdoctor("check", "storage", "--config", file, "--allow-writes")
    below = " ".join(ended.out.splitlines()[1:6])
    assert "The object store was not asked, and nothing was written in spite of --allow-writes" in below
    assert "object store" not in regdoctor("check", "config", "--config", file).out
