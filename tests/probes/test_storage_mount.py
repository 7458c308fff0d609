"""What is mounted at the registry's folder, live and as the fstab of a copy plans it."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.storage_mount import StorageMount
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError
from regdoctor.probes.storage_mount import storage_mount

NOT_HERE = Absent("not looked for", applicable=False)


def gather(root: Path, folder: str = "/srv/registry", *, live: bool = True) -> StorageMount:
    config = parse_registry_config(f"storage: {{filesystem: {{rootdirectory: {folder}}}}}\n".encode(), "config.yml")
    found = storage_mount.gather(Installation(root, Dialect.PLAIN, live=live), config, NOT_HERE)
    assert isinstance(found, StorageMount)
    return found


def fstab(root: Path, text: str) -> None:
    (root / "etc").mkdir()
    (root / "etc/fstab").write_text(text)


def test_this_hosts_mount_has_room_and_a_kind(tmp_path: Path) -> None:
    (tmp_path / "data/docker").mkdir(parents=True)
    found = gather(tmp_path, "/data")

    assert found.mount is not None
    assert found.room is not None
    assert 0 <= found.room.free <= found.room.size
    assert found.folds_case is False
    assert (found.planned, found.planned_missing, found.in_container) == (None, False, False)


def test_a_folder_that_is_not_there_yet_has_the_room_of_the_one_above(tmp_path: Path) -> None:
    found = gather(tmp_path, "/not/there")

    assert found.room is not None
    assert found.folds_case is None


@pytest.mark.parametrize(("options", "missing"), [("defaults", True), ("noauto,rw", False)])
def test_what_shall_be_mounted_at_boot_and_is_not_is_missing(tmp_path: Path, options: str, missing: bool) -> None:
    fstab(tmp_path, f"nas:/x /srv nfs {options} 0 0\n")
    found = gather(tmp_path)

    assert found.planned is not None
    assert found.planned.point == "/srv"
    assert found.planned_missing is missing


def test_a_copy_has_what_its_fstab_plans(tmp_path: Path) -> None:
    fstab(tmp_path, "/dev/sda1 / ext4 defaults 0 1\nnas:/x /srv nfs ro 0 0\n")
    found = gather(tmp_path, live=False)

    assert found.mount is not None
    assert (found.mount.kind, found.live, found.room) == ("nfs", False, None)


def test_a_copy_whose_fstab_names_no_such_folder_says_nothing(tmp_path: Path) -> None:
    fstab(tmp_path, "/dev/sda1 / ext4 defaults 0 1\n")

    with pytest.raises(NotApplicableError, match="copy"):
        gather(tmp_path, live=False)


def test_other_storage_has_no_folder(tmp_path: Path) -> None:
    config = parse_registry_config(b"storage: {inmemory: {}}\n", "config.yml")

    with pytest.raises(NotApplicableError):
        storage_mount.gather(Installation(tmp_path, Dialect.PLAIN, live=True), config, NOT_HERE)
