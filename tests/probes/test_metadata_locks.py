"""Which lock files are in a registry's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.metadata_locks import MetadataLocks
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.probe import NotApplicableError
from regdoctor.probes.metadata_locks import metadata_locks

FILES = "storage: {filesystem: {rootdirectory: /srv/registry/}}\n"


def gather(root: Path | None, config: str = FILES, dialect: Dialect = Dialect.OMNIBUS) -> MetadataLocks:
    installation = Installation(root, dialect, live=False)
    found = metadata_locks.gather(installation, parse_registry_config(config.encode(), "config.yml"))
    assert isinstance(found, MetadataLocks)
    return found


@pytest.mark.parametrize(
    "names", [(), ("database-in-use",), ("filesystem-in-use",), ("database-in-use", "filesystem-in-use")]
)
def test_the_lock_files_are_told_apart(tmp_path: Path, names: tuple[str, ...]) -> None:
    folder = tmp_path / "srv/registry/docker/registry/lockfiles"
    folder.mkdir(parents=True)
    for name in (*names, "other"):
        (folder / name).touch()

    found = gather(tmp_path)

    assert found.database_in_use is ("database-in-use" in names)
    assert found.filesystem_in_use is ("filesystem-in-use" in names)
    assert found.folder == "/srv/registry/docker/registry/lockfiles"
    assert found.source == str(folder)


def test_a_registry_without_a_folder_yet_has_no_locks(tmp_path: Path) -> None:
    assert not gather(tmp_path).database_in_use


def test_without_a_folder_the_drivers_default_counts(tmp_path: Path) -> None:
    found = gather(tmp_path, "storage: {filesystem: {}}\n")
    assert found.folder == "/var/lib/registry/docker/registry/lockfiles"


@pytest.mark.parametrize(
    ("root", "config", "dialect", "reason"),
    [
        (Path("/r"), "storage: {s3: {bucket: b}}\n", Dialect.OMNIBUS, "no folder"),
        (Path("/r"), FILES, Dialect.HELM, "container"),
        (None, FILES, Dialect.OMNIBUS, "--root"),
    ],
)
def test_what_is_not_on_this_host_is_not_looked_for(
    root: Path | None, config: str, dialect: Dialect, reason: str
) -> None:
    with pytest.raises(NotApplicableError, match=reason):
        gather(root, config, dialect)
