"""The folders that a registry writes to, in trees whose owners are the tests' own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.evidence.storage_folder import ENTER, READ, WRITE, StorageFolder
from regdoctor.formats.gitlab_rb import parse_gitlab_rb
from regdoctor.formats.located import Located, Place, UnreadableError
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError
from regdoctor.probes.storage_folder import storage_folder

NOT_HERE = Absent("not looked for", applicable=False)
UNIT = ServiceEnvironment("registry.service", user=Located("keeper", Place("registry.service", 4), "User"))
CONFIG = parse_registry_config(b"storage: {filesystem: {rootdirectory: /srv/registry}}\n", "config.yml")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copied tree with a user `keeper` of the number that these tests run as, or of one that owns its home."""
    uid = os.getuid() or 102
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text(f"root:x:0:0::/root:/bin/sh\nkeeper:x:{uid}:7000::/home/keeper:/bin/sh\n")
    (tmp_path / "etc/group").write_text("root:x:0:\nimages:x:7001:keeper\n")
    home = tmp_path / "home/keeper"
    home.mkdir(parents=True)
    if os.getuid() == 0:
        os.chown(home, uid, 7000)
    return tmp_path


def gather(tree: Path, service: ServiceEnvironment | Absent = UNIT, dialect: Dialect = Dialect.PLAIN) -> StorageFolder:
    found = storage_folder.gather(
        Installation(tree, dialect, live=False), CONFIG, service, NOT_HERE, NOT_HERE, NOT_HERE
    )
    assert isinstance(found, StorageFolder)
    return found


def test_the_account_of_a_unit_has_the_numbers_and_groups_of_the_tree(tree: Path) -> None:
    (tree / "srv/registry").mkdir(parents=True)
    account = gather(tree).account

    assert account is not None
    assert (account.name, account.uid, account.groups) == ("keeper", os.getuid() or 102, frozenset((7000, 7001)))
    assert not account.all_groups


def test_every_folder_on_the_way_is_entered_and_the_last_written_to(tree: Path) -> None:
    (tree / "srv/registry").mkdir(parents=True, mode=0o750)
    found = gather(tree)

    assert [(one.path, one.needed) for one in found.folders] == [
        ("/", ENTER),
        ("/srv", ENTER),
        ("/srv/registry", WRITE | ENTER),
    ]
    assert found.folders[-1].mode == 0o750


def test_what_is_missing_is_to_be_made_in_the_last_folder_that_there_is(tree: Path) -> None:
    (tree / "srv").mkdir()
    found = gather(tree)

    assert not found.is_there
    assert (found.folders[-1].path, found.folders[-1].needed) == ("/srv", WRITE | ENTER)


def test_of_a_filled_storage_only_the_folders_that_grow_are_written_to(tree: Path) -> None:
    v2 = tree / "srv/registry/docker/registry/v2"
    (v2 / "blobs/sha256/ab").mkdir(parents=True)
    (v2 / "repositories/group/app/_uploads").mkdir(parents=True)
    needed = {one.path.removeprefix("/srv/registry/docker/registry/v2"): one.needed for one in gather(tree).folders}

    assert needed["/srv/registry"] == ENTER
    assert needed[""] == ENTER
    assert needed["/blobs/sha256"] == READ | WRITE | ENTER
    assert needed["/blobs/sha256/ab"] == WRITE | ENTER
    assert needed["/repositories/group/app"] == ENTER
    assert needed["/repositories/group/app/_uploads"] == WRITE | ENTER


def test_a_sample_of_many_repositories_is_bounded(tree: Path) -> None:
    repositories = tree / "srv/registry/docker/registry/v2/repositories"
    for number in range(300):
        (repositories / f"app{number}").mkdir(parents=True)

    assert len(gather(tree).folders) < 100


def test_links_lead_where_the_host_would_follow_them(tree: Path) -> None:
    (tree / "data/images").mkdir(parents=True)
    (tree / "srv").mkdir()
    (tree / "srv/registry").symlink_to("/data/images")
    found = gather(tree)

    assert found.path == "/data/images"
    assert [one.path for one in found.folders] == ["/", "/srv", "/data", "/data/images"]


def test_a_loop_of_links_is_told(tree: Path) -> None:
    (tree / "srv").symlink_to("/srv")

    with pytest.raises(UnreadableError, match="loop"):
        gather(tree)


def test_a_file_in_the_place_of_the_folder_is_told(tree: Path) -> None:
    (tree / "srv").mkdir()
    (tree / "srv/registry").touch()

    assert "no folder" in gather(tree).problem


def test_a_copy_that_belongs_to_whoever_made_it_is_not_judged(tree: Path) -> None:
    (tree / "home/keeper").rmdir()

    with pytest.raises(NotApplicableError, match="belong to whoever made it"):
        gather(tree)


def test_omnibus_runs_it_as_the_user_that_gitlab_rb_names(tree: Path) -> None:
    rb = parse_gitlab_rb(b"registry['username'] = 'keeper'\n", "gitlab.rb")
    installation = Installation(tree, Dialect.OMNIBUS, live=False)
    found = storage_folder.gather(installation, CONFIG, NOT_HERE, rb, NOT_HERE, NOT_HERE)

    assert found.account.name == "keeper"
    assert "registry, whom" in gather(tree, NOT_HERE, Dialect.OMNIBUS).unknown_account


def test_without_a_process_and_a_unit_nobody_is_known(tree: Path) -> None:
    found = gather(tree, NOT_HERE)

    assert found.account is None
    assert "no systemd unit" in found.unknown_account


def test_a_container_names_folders_of_its_own(tree: Path) -> None:
    with pytest.raises(NotApplicableError, match="container"):
        gather(tree, dialect=Dialect.COMPOSE)
