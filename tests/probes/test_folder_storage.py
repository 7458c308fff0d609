"""From a folder goes what a trial wrote there: no link leads anywhere else, and nothing beside it is hurt."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.distribution.storage_layout import PREFIX
from regdoctor.probes.folder_storage import FolderStorage
from regdoctor.probes.ledger import Entry
from regdoctor.probes.trial_storage import remove_from
from tests.probes.trial_entries import ENTRIES, OURS, THEIRS, UPLOAD


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """The rootdirectory."""
    folder = tmp_path / "host/registry"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(params=["/", None, "host"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, top: Path) -> FolderStorage:
    """The storage of this machine, which is what is examined nearly always, and of a host below a folder."""
    root = tmp_path / "host" if request.param == "host" else request.param and Path(request.param)
    return FolderStorage(root, top)


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
def test_what_an_entry_stands_for_goes_and_what_lies_beside_it_stays(
    top: Path, storage: FolderStorage, kind: str
) -> None:
    theirs = fill(top, THEIRS)
    fill(top, OURS[kind])
    assert remove_from(storage, ENTRIES[kind])
    storage.tidy("a/b")
    assert files_in(top) == theirs
    assert not remove_from(storage, ENTRIES[kind])


def test_a_repository_that_was_made_for_it_goes_whole(top: Path, storage: FolderStorage) -> None:
    fill(top, [key for keys in OURS.values() for key in keys])
    assert all(remove_from(storage, ENTRIES[kind]) for kind in ("upload", "tag", "blob"))
    assert remove_from(storage, ENTRIES["manifest"])
    storage.tidy("a/b")
    left = sorted(str(path.relative_to(top / PREFIX)) for path in (top / PREFIX).rglob("*"))
    assert left == ["blobs", "repositories"]


def test_a_repository_below_it_stays(top: Path, storage: FolderStorage) -> None:
    (top / PREFIX / "repositories/a/b/_layers/sha256").mkdir(parents=True)
    theirs = fill(top, ["repositories/a/b/c/_manifests/tags/latest/current/link"])
    storage.tidy("a/b")
    assert files_in(top) == theirs
    assert not (top / PREFIX / "repositories/a/b/_layers").exists()


def test_a_link_out_of_the_storage_is_not_followed(top: Path, storage: FolderStorage, tmp_path: Path) -> None:
    kept = tmp_path / "elsewhere" / UPLOAD / "startedat"
    kept.parent.mkdir(parents=True)
    kept.write_text("kept")
    repository = top / PREFIX / "repositories/a/b"
    repository.mkdir(parents=True)
    (repository / "_uploads").symlink_to(tmp_path / "elsewhere")
    assert not remove_from(storage, ENTRIES["upload"])
    storage.tidy("a/b")
    assert kept.exists()


@pytest.mark.parametrize("place", ["docker", PREFIX, f"{PREFIX}/repositories", f"{PREFIX}/repositories/a"])
def test_a_link_at_any_depth_is_not_followed(top: Path, storage: FolderStorage, tmp_path: Path, place: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    kept = fill(elsewhere, OURS["upload"]) | fill(elsewhere, ["repositories/other/_layers/x"])
    (elsewhere / PREFIX / "repositories/a/c/_layers/sha256").mkdir(parents=True)
    (top / place).parent.mkdir(parents=True, exist_ok=True)
    (top / place).symlink_to(elsewhere / place)
    assert not remove_from(storage, ENTRIES["upload"])
    storage.tidy("a/c")
    assert files_in(elsewhere) == kept
    assert (elsewhere / PREFIX / "repositories/a/c/_layers/sha256").is_dir()


@pytest.mark.parametrize("name", ["_uploads", "_layers", "_manifests"])
def test_tidying_follows_no_link(top: Path, storage: FolderStorage, tmp_path: Path, name: str) -> None:
    folders = [tmp_path / "elsewhere" / below for below in ("sha256", "tags", "revisions/sha256")]
    for folder in folders:
        folder.mkdir(parents=True)
    (top / PREFIX / "repositories/a/b").mkdir(parents=True)
    (top / PREFIX / "repositories/a/b" / name).symlink_to(tmp_path / "elsewhere")
    storage.tidy("a/b")
    assert all(folder.is_dir() for folder in folders)


def test_an_upload_that_is_a_link_itself_stays(top: Path, storage: FolderStorage, tmp_path: Path) -> None:
    (tmp_path / "elsewhere/etc").mkdir(parents=True)
    (top / PREFIX / "repositories/a/b/_uploads").mkdir(parents=True)
    (top / PREFIX / "repositories/a/b/_uploads" / UPLOAD).symlink_to(tmp_path / "elsewhere")
    assert not remove_from(storage, ENTRIES["upload"])
    assert (tmp_path / "elsewhere/etc").is_dir()


def test_the_rootdirectory_itself_may_be_a_link(tmp_path: Path) -> None:
    fill(tmp_path / "disk", OURS["upload"])
    (tmp_path / "top").symlink_to(tmp_path / "disk")
    assert remove_from(FolderStorage(None, tmp_path / "top"), ENTRIES["upload"])
    assert files_in(tmp_path / "disk") == set()


def test_an_upload_that_a_client_has_just_begun_keeps_its_folder(top: Path, storage: FolderStorage) -> None:
    fill(top, OURS["upload"])
    begun = top / PREFIX / "repositories/a/b/_uploads/1c7f0a7a-1d5c-4cbb-9d0e-3f6b6f0a7a1d"
    begun.mkdir()
    assert remove_from(storage, ENTRIES["upload"])
    storage.tidy("a/b")
    assert begun.is_dir()


def test_an_entry_that_names_nothing_removes_nothing(top: Path, storage: FolderStorage) -> None:
    theirs = fill(top, THEIRS)
    wrong = Entry("upload", "http://r", "a/b", "/v2/a/b/blobs/uploads/..")
    assert not remove_from(storage, wrong)
    assert files_in(top) == theirs
