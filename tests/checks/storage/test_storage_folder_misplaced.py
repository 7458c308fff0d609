"""Files that lie beside the place where the registry looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.check import Dialect, Quote
from regdoctor.checks.storage.storage_folder_misplaced import storage_folder_misplaced
from regdoctor.evidence.product import Generation
from regdoctor.evidence.storage_root import FoundRegistry, StorageRoot

if TYPE_CHECKING:
    from tests.checks.conftest import Given

V2, V3, FORK = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB

NAMED = Quote("/etc/docker/registry/config.yml", "storage.filesystem.rootdirectory: /srv/registry", 5)


def _root(*elsewhere: FoundRegistry, holds: bool = False, problem: str = "") -> StorageRoot:
    return StorageRoot(NAMED, "/srv/registry", holds, elsewhere, problem)


def test_a_rootdirectory_one_level_too_deep_is_mended_by_naming_the_right_one(given: Given) -> None:
    found = FoundRegistry("/srv/registry/registry/v2", "/srv")
    fail = given.fail(storage_folder_misplaced, storage=_root(found))

    assert "/srv/registry/docker/registry/v2" in fail.message
    assert "/srv/registry/registry/v2" in fail.message
    assert fail.evidence[0] == NAMED
    assert fail.remedy[Dialect.PLAIN].commands[0].endswith("rootdirectory: /srv")


def test_files_whose_folders_have_other_names_are_moved(given: Given) -> None:
    fail = given.fail(storage_folder_misplaced, storage=_root(FoundRegistry("/srv/registry")))

    assert "move /srv/registry to /srv/registry/docker/registry/v2" in fail.remedy[Dialect.PLAIN].text


def test_the_right_place_and_an_empty_one_are_fine(given: Given) -> None:
    given.passes(storage_folder_misplaced, storage=_root(holds=True))
    given.passes(storage_folder_misplaced, storage=_root())


def test_what_could_not_be_looked_at_is_unknown(given: Given) -> None:
    reason = "/srv/registry: permission denied"

    assert given.unknown(storage_folder_misplaced, storage=_root(problem=reason)) == reason
