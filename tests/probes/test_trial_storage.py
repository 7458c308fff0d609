"""What a trial leaves in the storage is removed from it, and nothing beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regdoctor.check import Dialect
from regdoctor.distribution.storage_layout import PREFIX
from regdoctor.evidence.installation import Installation
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probes.ledger import Entry
from regdoctor.probes.trial_storage import BucketStorage, FolderStorage, remove_from, storage_at_hand

HEX = "12" * 32
TAG = f"regdoctor-trial-{'0' * 16}"
ENTRIES = {
    "upload": Entry("upload", "http://r", "a/b", "/v2/a/b/blobs/uploads/1"),
    "manifest": Entry("manifest", "http://r", "a/b", f"/v2/a/b/manifests/sha256:{HEX}"),
    "tag": Entry("tag", "http://r", "a/b", f"/v2/a/b/manifests/{TAG}"),
    "blob": Entry("blob", "http://r", "a/b", f"/v2/a/b/blobs/sha256:{HEX}"),
}
OURS = {
    "upload": ["repositories/a/b/_uploads/1/startedat", "repositories/a/b/_uploads/1/hashstates/sha256/0"],
    "manifest": [f"repositories/a/b/_manifests/revisions/sha256/{HEX}/link", f"blobs/sha256/12/{HEX}/data"],
    "tag": [f"repositories/a/b/_manifests/tags/{TAG}/current/link"],
    "blob": [f"repositories/a/b/_layers/sha256/{HEX}/link", f"blobs/sha256/12/{HEX}/data"],
}
THEIRS = [
    "repositories/a/b/_uploads/2/startedat",
    "repositories/a/b/_manifests/tags/latest/current/link",
    f"repositories/a/b/_manifests/revisions/sha256/{'13' * 32}/link",
    f"repositories/a/b/_layers/sha256/{'13' * 32}/link",
    f"blobs/sha256/12/{'12' * 31}13/data",
]


def config(storage: str, more: str = "") -> RegistryConfig:
    """A registry's configuration."""
    return parse_registry_config(f"version: 0.1\nstorage: {storage}\n{more}".encode(), "config.yml")


ON_DISK = "{filesystem: {rootdirectory: /var/lib/registry}}"


def fill(top: Path, keys: list[str]) -> set[Path]:
    """Files under these keys."""
    files = {top / PREFIX / key for key in keys}
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    return files


def files_in(top: Path) -> set[Path]:
    """All files of the storage."""
    return {path for path in top.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", ENTRIES)
def test_what_an_entry_stands_for_goes_and_what_lies_beside_it_stays(tmp_path: Path, kind: str) -> None:
    storage = FolderStorage(tmp_path, tmp_path)
    theirs = fill(tmp_path, THEIRS)
    fill(tmp_path, OURS[kind])
    assert remove_from(storage, ENTRIES[kind])
    storage.tidy("a/b")
    assert files_in(tmp_path) == theirs
    assert not remove_from(storage, ENTRIES[kind])


def test_a_repository_that_was_made_for_it_goes_whole(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path, tmp_path)
    fill(tmp_path, [key for keys in OURS.values() for key in keys])
    assert all(remove_from(storage, ENTRIES[kind]) for kind in ("upload", "tag", "blob"))
    assert remove_from(storage, ENTRIES["manifest"])
    storage.tidy("a/b")
    left = sorted(str(path.relative_to(tmp_path / PREFIX)) for path in (tmp_path / PREFIX).rglob("*"))
    assert left == ["blobs", "repositories"]


def test_a_repository_below_it_stays(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path, tmp_path)
    (tmp_path / PREFIX / "repositories/a/b/_layers/sha256").mkdir(parents=True)
    theirs = fill(tmp_path, ["repositories/a/b/c/_manifests/tags/latest/current/link"])
    storage.tidy("a/b")
    assert files_in(tmp_path) == theirs
    assert not (tmp_path / PREFIX / "repositories/a/b/_layers").exists()


def test_a_link_out_of_the_storage_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    kept = elsewhere / "1/startedat"
    kept.parent.mkdir(parents=True)
    kept.write_text("kept")
    top = tmp_path / "top"
    (top / PREFIX / "repositories/a/b").mkdir(parents=True)
    (top / PREFIX / "repositories/a/b/_uploads").symlink_to(elsewhere)
    assert not remove_from(FolderStorage(tmp_path, top), ENTRIES["upload"])
    assert kept.exists()


def test_an_entry_that_names_nothing_removes_nothing(tmp_path: Path) -> None:
    theirs = fill(tmp_path, THEIRS)
    wrong = Entry("upload", "http://r", "a/b", "/v2/a/b/blobs/uploads/..")
    assert not remove_from(FolderStorage(tmp_path, tmp_path), wrong)
    assert files_in(tmp_path) == theirs


def test_the_storage_is_at_hand_on_the_registrys_own_host_alone(tmp_path: Path, door: Http) -> None:
    here = Installation(tmp_path, Dialect.PLAIN, live=True)
    copy = Installation(tmp_path, Dialect.PLAIN, live=False)
    top = tmp_path / "var/lib/registry"
    none = Absent("none")
    assert storage_at_hand(here, config(ON_DISK), door) == FolderStorage(tmp_path, top)
    for where, what in ((copy, config(ON_DISK)), (none, config(ON_DISK)), (here, none), (here, config("{gcs: {}}"))):
        assert storage_at_hand(where, what, door) is None


def test_what_a_database_knows_of_is_left_to_it(tmp_path: Path, door: Http) -> None:
    here = Installation(tmp_path, Dialect.PLAIN, live=True)
    assert storage_at_hand(here, config(ON_DISK, "database: {enabled: true}\n"), door) is None
    assert storage_at_hand(here, config(ON_DISK, "database: {enabled: prefer}\n"), door) is None
    assert storage_at_hand(here, config(ON_DISK, "database: {enabled: false}\n"), door) is not None
    mark = tmp_path / "var/lib/registry/docker/registry/lockfiles/database-in-use"
    mark.parent.mkdir(parents=True)
    mark.touch()
    assert storage_at_hand(here, config(ON_DISK), door) is None


def in_bucket(url: str) -> RegistryConfig:
    """A registry that stores in S3 below a prefix."""
    keys = "accesskey: key, secretkey: s3cret, bucket: b, rootdirectory: /root"
    return config(f'{{s3: {{{keys}, regionendpoint: "{url}"}}}}')


def listing(*keys: str) -> bytes:
    """A bucket's answer."""
    found = "".join(f"<Contents><Key>{key}</Key></Contents>" for key in keys)
    return f'<ListBucketResult xmlns="x"><IsTruncated>false</IsTruncated>{found}</ListBucketResult>'.encode()


@pytest.mark.parametrize("refused", [False, True])
def test_in_a_bucket_the_keys_of_an_entry_go(serve: Callable[..., Any], door: Http, refused: bool) -> None:
    key = f"root/{PREFIX}/blobs/sha256/12/{HEX}/data"

    def route(one: Any) -> Any:
        if one.method == "HEAD":
            return 404, {}, b""
        if one.method == "DELETE":
            return (403 if refused else 204), {}, b""
        return 200, {}, listing(*([key] if "blobs" in one.path else []))

    server = serve(route)
    here = Installation(None, Dialect.PLAIN, live=True)
    storage = storage_at_hand(here, in_bucket(server.url), door)
    assert isinstance(storage, BucketStorage)
    assert remove_from(storage, ENTRIES["blob"]) is not refused
    assert [one for one in server.asked() if one.startswith("DELETE")] == [f"DELETE /b/{key}"]


def test_after_the_end_a_bucket_is_asked_no_more(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda one: (404, {}, b"") if one.method == "HEAD" else (200, {}, listing("key")))
    storage = storage_at_hand(Installation(None, Dialect.PLAIN, live=True), in_bucket(server.url), door, 0.0)
    assert storage is not None
    assert not remove_from(storage, ENTRIES["blob"])
    assert {one.method for one in server.seen} == {"HEAD"}


def test_a_bucket_that_does_not_answer_is_not_at_hand(serve: Callable[..., Any], door: Http, dead_url: str) -> None:
    here = Installation(None, Dialect.PLAIN, live=True)
    server = serve(lambda _: (200, {}, b""))
    for url in (dead_url, server.url):  # a database may be in use there
        assert storage_at_hand(here, in_bucket(url), door) is None
